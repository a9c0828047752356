// The part of FHIRPath (http://hl7.org/fhirpath/N1/) that scores of forms need: paths, where, all, select, count, sum, exists,
// empty, first, last, not, iif, arithmetic, comparison, and/or, union. Throws on anything else: then nothing is shown.
window.vrfhirPath = (() => {
  "use strict";
  const TOKEN = /\s*(?:(\d+(?:\.\d+)?)|'((?:[^'\\]|\\.)*)'|(%?[A-Za-z_$][\w]*|`[^`]+`)|(!=|<=|>=|[-+*/=<>|.,()&{}]))/y;
  const LEVELS = [["or", "xor"], ["and"], ["in", "contains"], ["=", "!=", "~", "!~"], ["<", ">", "<=", ">="], ["|"], ["+", "-", "&"], ["*", "/", "div", "mod"]];

  const read = (text) => {
    const tokens = [];
    TOKEN.lastIndex = 0;
    while (TOKEN.lastIndex < text.trimEnd().length) {
      const found = TOKEN.exec(text);
      if (!found) throw new Error("cannot read " + text);
      if (found[1] !== undefined) tokens.push({ value: Number(found[1]) });
      else if (found[2] !== undefined) tokens.push({ value: found[2].replace(/\\(.)/g, "$1") });
      else tokens.push({ name: found[3] && found[3].replace(/`/g, ""), sign: found[4] });
    }
    return tokens;
  };

  const parse = (text) => {
    const tokens = read(text);
    let at = 0;
    const next = (sign) => tokens[at] && (tokens[at].sign === sign || tokens[at].name === sign);
    const take = (sign) => {
      if (!next(sign)) throw new Error("expected " + sign);
      at += 1;
    };
    const binary = (level) => {
      if (level === LEVELS.length) return path();
      let left = binary(level + 1);
      for (let sign; (sign = LEVELS[level].find(next)); ) {
        at += 1;
        left = { sign, left, right: binary(level + 1) };
      }
      return left;
    };
    const step = (base) => {
      const name = tokens[at] && tokens[at].name;
      if (!name) throw new Error("expected a name");
      at += 1;
      if (!next("(")) return { name, base };
      take("(");
      const given = [];
      while (!next(")")) {
        given.push(binary(0));
        if (!next(")")) take(",");
      }
      take(")");
      return { call: name, base, given };
    };
    const path = () => {
      let node;
      if (next("(")) {
        take("(");
        node = binary(0);
        take(")");
      } else if (next("{")) {
        take("{");
        take("}");
        node = { nothing: true };
      } else if (tokens[at] && "value" in tokens[at]) node = { value: tokens[at++].value };
      else node = step(null);
      while (next(".")) {
        take(".");
        node = step(node);
      }
      return node;
    };
    const tree = binary(0);
    if (at < tokens.length) throw new Error("more than one expression");
    return tree;
  };

  const child = (item, name) => {
    if (item === null || typeof item !== "object") return [];
    let found = item[name];
    if (found === undefined) {
      const key = Object.keys(item).find((each) => each.startsWith(name) && /^[A-Z]/.test(each.slice(name.length)));
      found = key && item[key];
    }
    return found === undefined || found === "" ? [] : [].concat(found);
  };
  const truth = (found) => (found.length === 0 ? null : found.length === 1 && typeof found[0] !== "boolean" ? true : found[0]);
  const numbers = (found) => {
    if (found.some((each) => typeof each !== "number")) throw new Error("not a number");
    return found;
  };
  const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
  const FUNCTIONS = {
    where: (found, [test], run) => found.filter((each) => truth(run(test, each)) === true),
    select: (found, [each], run) => found.flatMap((one) => run(each, one)),
    all: (found, [test], run) => [found.every((each) => truth(run(test, each)) === true)],
    exists: (found, [test], run) => [(test ? found.filter((each) => truth(run(test, each)) === true) : found).length > 0],
    empty: (found) => [found.length === 0],
    count: (found) => [found.length],
    sum: (found) => [numbers(found).reduce((sum, each) => sum + each, 0)],
    first: (found) => found.slice(0, 1),
    last: (found) => found.slice(-1),
    not: (found) => (found.length ? [!truth(found)] : []),
    round: (found) => numbers(found).map(Math.round),
  };
  const OPERATORS = {
    "=": (a, b) => same(a, b), "!=": (a, b) => !same(a, b), "<": (a, b) => a < b, ">": (a, b) => a > b, "<=": (a, b) => a <= b, ">=": (a, b) => a >= b,
    "+": (a, b) => a + b, "-": (a, b) => a - b, "*": (a, b) => a * b, "/": (a, b) => (b === 0 ? null : a / b),
    div: (a, b) => (b === 0 ? null : Math.trunc(a / b)), mod: (a, b) => (b === 0 ? null : a % b),
  };

  return (text, resource) => {
    const run = (node, item) => {
      if (node.nothing) return [];
      if ("value" in node) return [node.value];
      if (node.sign) {
        const left = run(node.left, item), right = run(node.right, item);
        if (node.sign === "|") return [...left, ...right].filter((each, at, all) => all.findIndex((one) => same(one, each)) === at);
        if (node.sign === "&") return [String(left[0] ?? "") + String(right[0] ?? "")];
        if (node.sign === "and" || node.sign === "or") {
          const both = [truth(left), truth(right)], decides = node.sign === "or";
          return both.includes(decides) ? [decides] : both.includes(null) ? [] : [!decides];
        }
        if (!left.length || !right.length) return [];
        if (!OPERATORS[node.sign]) throw new Error("unknown operator " + node.sign);
        const found = OPERATORS[node.sign](left.length > 1 ? left : left[0], right.length > 1 ? right : right[0]);
        return found === null ? [] : [found];
      }
      if (node.call === "iif") {
        const [test, then, other] = node.given;
        return truth(run(test, item)) === true ? run(then, item) : other ? run(other, item) : [];
      }
      const base = node.base ? run(node.base, item) : [item];
      if (node.call) {
        if (!FUNCTIONS[node.call]) throw new Error("unknown function " + node.call);
        return FUNCTIONS[node.call](base, node.given, run);
      }
      if (node.name === "%resource" || node.name === "%context") return [resource];
      if (node.name === "true" || node.name === "false") return [node.name === "true"];
      if (node.name === "$this") return base;
      if (node.name.startsWith("%")) throw new Error("unknown variable " + node.name);
      if (!node.base && node.name === resource.resourceType) return [resource];
      return base.flatMap((each) => child(each, node.name));
    };
    return run(parse(text), resource);
  };
})();
