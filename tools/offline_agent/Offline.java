import org.hl7.fhir.utilities.http.ManagedWebAccess;

/** Loaded before HL7's validator starts: a look-up on the network fails at once, instead of being retried for minutes. */
public final class Offline {
  public static void premain(String arguments) {
    ManagedWebAccess.setAccessPolicy(ManagedWebAccess.WebAccessPolicy.PROHIBITED);
  }
}
