import { JavaError } from '../../../util/java-error.ts';
import { javaPattern, matchesWhole } from '../../../util/java-regex.ts';

type Rule = (name: string) => string | null;

/** A rule: DEFAULT, or `RULE:pattern/replacement/` with L or U for the case; slashes inside are escaped. */
const RULE = /(DEFAULT)|RULE:((?:\\.|[^\\/])*)\/((?:\\.|[^\\/])*)\/([LU]?)/y;
const SEPARATOR = /\s*(?:,\s*|$)/y;

/** ssl.principal.mapping.rules: how a certificate's name becomes a user's (kafka 4.x SslPrincipalMapper). Throws JavaError. */
export function principalMapping(text: string): (name: string) => string | null {
  const rules = parseRules(text.trim());
  return (name) => {
    for (const rule of rules) {
      const mapped = rule(name);
      if (mapped !== null) return mapped;
    }
    return null;
  };
}

function parseRules(text: string): Rule[] {
  const rules: Rule[] = [];
  for (let at = 0; at < text.length; ) {
    RULE.lastIndex = at;
    const match = RULE.exec(text);
    SEPARATOR.lastIndex = RULE.lastIndex;
    if (match === null || !SEPARATOR.test(text)) {
      const why = `Invalid rule: \`${text.slice(at)}\``;
      throw new JavaError('java.lang.IllegalArgumentException', why);
    }
    at = SEPARATOR.lastIndex;
    rules.push(match[1] === undefined ? ruleOf(match[2] ?? '', match[3] ?? '', match[4] ?? '') : (name) => name);
  }
  return rules.length === 0 ? [(name) => name] : rules;
}

function ruleOf(source: string, replacement: string, letterCase: string): Rule {
  const pattern = javaPattern(source);
  const everywhere = new RegExp(pattern.source, `${pattern.flags.replace('g', '')}g`);
  return (name) => {
    if (!matchesWhole(pattern, name)) return null;
    const mapped = name.replace(everywhere, replacement);
    if (letterCase === 'L') return mapped.toLowerCase();
    return letterCase === 'U' ? mapped.toUpperCase() : mapped;
  };
}
