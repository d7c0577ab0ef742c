import { JavaError } from '../../util/java-error.ts';
import { inHashOrder } from '../../util/java-hash-map.ts';
import { parseJavaProperties } from '../../util/java-properties.ts';

/** A comma or an equals sign counts only outside of brackets. Source: ConfigCommand.parseConfigsToBeAdded. */
const OUTSIDE = '(?=[^\\]]*(?:\\[|$))';
const COMMA = new RegExp(`,${OUTSIDE}`);
const EQUALS = new RegExp(`[ \\t\\n\\v\\f\\r]*=[ \\t\\n\\v\\f\\r]*${OUTSIDE}`);

function illegal(text: string): JavaError {
  return new JavaError('java.lang.IllegalArgumentException', text);
}

/** `k=v,k=[v,v]` and the text of a properties file as one map, in Java's order. Throws JavaError in the words of Kafka's tool. */
export function parseAdditions(text: string | undefined, file: Buffer | undefined): Map<string, string> {
  const additions = file === undefined ? new Map<string, string>() : parseJavaProperties(file);
  if (text !== undefined) {
    const pieces = text.split(COMMA);
    while (pieces.length > 1 && pieces.at(-1) === '') pieces.pop();
    const pairs = text === ',' ? [] : pieces.map((piece) => piece.split(EQUALS));
    if (pairs.some((pair) => pair.length !== 2)) {
      throw illegal(
        'requirement failed: Invalid entity config: all configs to be added must be in the format "key=val" or  "key=[val1,val2]" to group values which contain commas.',
      );
    }
    for (const [key = '', value = ''] of pairs) additions.set(key.trim(), value.replace(/\[?\]?/g, '').trim());
  }
  for (const key of additions.keys()) {
    if (!/^[a-zA-Z0-9._-]*$/.test(key)) throw illegal(`Invalid character found for config key: ${key}`);
  }
  return new Map(inHashOrder([...additions], ([key]) => key));
}
