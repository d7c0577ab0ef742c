import { JavaError } from './java-error.ts';

export interface LoginModule {
  /** Class name as written. */
  readonly name: string;
  readonly options: ReadonlyMap<string, string>;
}

function malformed(text: string, cause: string): JavaError {
  return new JavaError('java.lang.IllegalArgumentException', text, cause);
}

/** One word, a quoted string, or one of `=` and `;`. */
const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|([=;])|([^\s"=;]+))/y;

/** The value of sasl.jaas.config: `class flag name="value" ...;`. Throws JavaError as Java's JaasConfig does. */
export function parseJaas(source: string): LoginModule {
  const tokens: string[] = [];
  TOKEN.lastIndex = 0;
  const trimmed = source.trimEnd();
  while (TOKEN.lastIndex < trimmed.length) {
    const start = TOKEN.lastIndex;
    const match = TOKEN.exec(trimmed);
    if (!match) throw malformed('JAAS config property contains an unreadable part', trimmed.slice(start));
    tokens.push(match[1]?.replace(/\\(.)/gs, '$1') ?? (match[2] || (match[3] as string)));
  }
  const [name, flag, ...rest] = tokens;
  if (name === undefined) throw malformed('Login module not specified in JAAS config', source);
  if (!/^(required|requisite|sufficient|optional)$/i.test(flag ?? '')) {
    throw malformed(`Login module control flag not specified in JAAS config`, source);
  }
  const options = new Map<string, string>();
  for (;;) {
    const [key, equals, value] = rest.splice(0, 3);
    if (key === ';') break;
    if (key === undefined) throw malformed('JAAS config entry not terminated by semi-colon', source);
    if (equals !== '=' || value === undefined || value === ';') {
      throw malformed(`Value not specified for key '${key}' in JAAS config`, source);
    }
    options.set(key, value);
  }
  return { name, options };
}
