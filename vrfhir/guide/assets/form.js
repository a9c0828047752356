// A form that is alive: conditions decide what is shown, scores are calculated, the answers are a QuestionnaireResponse.
(() => {
  "use strict";
  const form = document.querySelector("form.form");
  if (!form) return;
  const items = [...form.querySelectorAll("[data-link]")];
  const byLink = new Map(items.map((item) => [item.dataset.link, item]));
  const own = (item, what) => [...item.querySelectorAll(what)].filter((each) => each.closest("[data-link]") === item);
  const KEYS = { integer: "valueInteger", decimal: "valueDecimal", date: "valueDate", dateTime: "valueDateTime", time: "valueTime", url: "valueUri", quantity: "valueQuantity" };

  const answersOf = (item) => {
    const type = item.dataset.type;
    const chosen = own(item, "input[data-answer]:checked").map((box) => JSON.parse(box.dataset.answer));
    const field = own(item, "input:not([data-answer]), textarea")[0];
    const text = field ? field.value.trim() : "";
    if (text === "") return chosen;
    if (type === "integer" || type === "decimal" || type === "quantity") {
      const value = Number(text);
      if (Number.isNaN(value)) return chosen;
      if (type !== "quantity") return [{ [KEYS[type]]: value }];
      const unit = own(item, "select")[0];
      const coding = unit ? JSON.parse(unit.value) : {};
      return [{ valueQuantity: { value, unit: coding.display, system: coding.system, code: coding.code } }];
    }
    return [...chosen, { [KEYS[type] || "valueString"]: text }];
  };
  const valueOf = (answer) => answer[Object.keys(answer).find((key) => key.startsWith("value") || key.startsWith("answer"))];
  const same = (a, b) => (a && typeof a === "object" ? a.code === b.code && a.system === b.system : a === b);
  const COMPARE = { ">": (a, b) => a > b, "<": (a, b) => a < b, ">=": (a, b) => a >= b, "<=": (a, b) => a <= b };

  // An item is enabled when its conditions hold for the answers of enabled questions, and so is all around it.
  const enabled = (item, seen = new Set()) => {
    if (!item || seen.has(item)) return true;
    const around = item.parentElement.closest("[data-link]");
    if (around && !enabled(around, seen)) return false;
    if (!item.dataset.when) return true;
    const inner = new Set(seen).add(item);
    const holds = (condition) => {
      const asked = byLink.get(condition.question);
      const answers = asked && enabled(asked, inner) ? answersOf(asked).map(valueOf) : [];
      const expected = condition[Object.keys(condition).find((key) => key.startsWith("answer"))];
      if (condition.operator === "exists") return answers.length > 0 === expected;
      if (condition.operator === "=") return answers.some((each) => same(each, expected));
      if (condition.operator === "!=") return answers.length > 0 && answers.every((each) => !same(each, expected));
      return answers.some((each) => COMPARE[condition.operator](each, expected));
    };
    const conditions = JSON.parse(item.dataset.when);
    return item.dataset.behavior === "all" ? conditions.every(holds) : conditions.some(holds);
  };

  const response = () => {
    const found = { resourceType: "QuestionnaireResponse", questionnaire: form.dataset.questionnaire, status: "in-progress" };
    const below = (holder) => [...holder.querySelectorAll("[data-link]")].filter((each) => (each.parentElement.closest("[data-link]") || form) === holder);
    const build = (item) => {
      if (item.dataset.type === "display" || !enabled(item)) return null;
      const row = { linkId: item.dataset.link, text: item.dataset.text };
      const inside = below(item).map(build).filter(Boolean);
      if (item.dataset.type === "group") return inside.length ? { ...row, item: inside } : null;
      const answer = answersOf(item);
      if (answer.length && inside.length) answer[0].item = inside;
      return answer.length ? { ...row, answer } : null;
    };
    const rows = below(form).map(build).filter(Boolean);
    if (rows.length) found.item = rows;
    return found;
  };

  const calculate = () => {
    for (const item of items.filter((each) => each.dataset.calculated)) {
      const field = own(item, "input")[0];
      try {
        const [value] = window.vrfhirPath(item.dataset.calculated, response());
        field.value = value === undefined ? "" : value;
        field.placeholder = "";
      } catch {
        field.placeholder = "calculated by the system";
      }
    }
  };

  const tools = document.querySelector(".form-tools");
  const all = document.getElementById("show-all");
  const machinery = document.getElementById("show-machinery");
  const shown = document.getElementById("shown");
  const refresh = () => {
    calculate();
    let count = 0, questions = 0;
    for (const item of items) {
      const on = enabled(item);
      item.classList.toggle("off", !on);
      item.hidden = !on && !all.checked;
      if (!["group", "display"].includes(item.dataset.type)) {
        questions += 1;
        count += on ? 1 : 0;
      }
    }
    form.classList.toggle("every", all.checked);
    form.classList.toggle("plain", !machinery.checked);
    shown.textContent = count + " of " + questions + " questions asked";
    document.getElementById("response").textContent = JSON.stringify(response(), null, 2);
  };
  tools.hidden = false;
  document.querySelector(".answers").hidden = false;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(refresh));
  document.getElementById("clear").addEventListener("click", () => form.reset());
  for (const each of [form, all, machinery]) for (const kind of ["input", "change"]) each.addEventListener(kind, refresh);
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.closest("[hidden]") && form.contains(target)) {
      all.checked = true;
      refresh();
      target.scrollIntoView();
    }
  };
  window.addEventListener("hashchange", reveal);
  window.addEventListener("beforeprint", () => items.forEach((item) => (item.hidden = false)));
  window.addEventListener("afterprint", refresh);
  refresh();
  reveal();
})();
