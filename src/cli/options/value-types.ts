/** How the text of an option becomes a value, and what Java calls the type in the list of options. */
export interface ValueType<T> {
  readonly javaName: string;
  /** `undefined`: the text is no such value. */
  parse(text: string): T | undefined;
  /** argparse: what Java's parser says about a text that is no value; absent: `For input string: "..."`. */
  complaint?(text: string): string;
  /** The only texts there are, where they are few. */
  readonly words?: readonly string[];
}

function integer(text: string, bits: number): bigint | undefined {
  if (!/^[+-]?[0-9]+$/.test(text)) return undefined;
  const value = BigInt(text.startsWith('+') ? text.slice(1) : text);
  return BigInt.asIntN(bits, value) === value ? value : undefined;
}

const DOUBLE = /^[+-]?(NaN|Infinity|((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)[fFdD]?)$/;

function double(text: string): number | undefined {
  const trimmed = text.trim();
  if (!DOUBLE.test(trimmed)) return undefined;
  return Number(/(NaN|Infinity)$/.test(trimmed) ? trimmed : trimmed.replace(/[fFdD]$/, ''));
}

function intOf(text: string): number | undefined {
  const value = integer(text, 32);
  return value === undefined ? undefined : Number(value);
}

export const stringType: ValueType<string> = { javaName: 'String', parse: (text) => text };
export const intType: ValueType<number> = { javaName: 'Integer', parse: intOf };
export const longType: ValueType<bigint> = { javaName: 'Long', parse: (text) => integer(text, 64) };
/** 16 bits; Java has words of its own for what fits into 32 alone. */
export const shortType: ValueType<number> = {
  javaName: 'Short',
  parse(text) {
    const value = integer(text, 16);
    return value === undefined ? undefined : Number(value);
  },
  complaint: (text) =>
    intOf(text) === undefined ? `For input string: "${text}"` : `Value out of range. Value:"${text}" Radix:10`,
};
export const doubleType: ValueType<number> = { javaName: 'Double', parse: double };
/** Java's Boolean.valueOf never fails. */
export const booleanType: ValueType<boolean> = { javaName: 'Boolean', parse: (text) => text.toLowerCase() === 'true' };

/** One of a few words, in any case, as the tools' enum converters take them; `words` are what the value reads as. */
export function choiceType<W extends string>(javaName: string, words: readonly W[]): ValueType<W> {
  return { javaName, words, parse: (text) => words.find((word) => word.toLowerCase() === text.toLowerCase()) };
}
