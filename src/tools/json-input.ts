import { JavaError } from '../util/java-error.ts';
import { doubleText } from '../util/java-float.ts';

/** A JSON value as Jackson reads it: numbers keep their digits, the last of two equal keys wins. */
export type JsonNode = string | boolean | null | JsonNumber | readonly JsonNode[] | ReadonlyMap<string, JsonNode>;

/** A number by its digits. */
export class JsonNumber {
  readonly digits: string;

  constructor(digits: string) {
    this.digits = digits;
  }

  toString(): string {
    return /[.eE]/.test(this.digits) ? doubleText(Number(this.digits)) : String(BigInt(this.digits));
  }
}

const TOKEN =
  /[ \t\r\n]*(?:([[\]{},:])|("(?:[^"\\]|\\.)*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?)|(true|false|null)\b)/y;

class NotJson extends Error {}

/** The first value in a text; what follows it is not looked at. Undefined: that is no JSON. */
export function parseFirstJson(text: string): JsonNode | undefined {
  try {
    return new JsonReader(text).value();
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}

class JsonReader {
  private readonly text: string;
  private at = 0;

  constructor(text: string) {
    this.text = text;
  }

  value(): JsonNode {
    return this.valueOf(this.token());
  }

  private token(): string {
    TOKEN.lastIndex = this.at;
    const match = TOKEN.exec(this.text);
    if (!match) throw new NotJson();
    this.at = TOKEN.lastIndex;
    return match[0].trimStart();
  }

  private valueOf(token: string): JsonNode {
    if (token === '{') return this.object();
    if (token === '[') return this.array();
    if (token.startsWith('"')) return stringOf(token);
    if (/^[-\d]/.test(token)) return new JsonNumber(token);
    if (token === 'null') return null;
    if (token === 'true' || token === 'false') return token === 'true';
    throw new NotJson();
  }

  private array(): JsonNode[] {
    const elements: JsonNode[] = [];
    let token = this.token();
    if (token === ']') return elements;
    for (;;) {
      elements.push(this.valueOf(token));
      const next = this.token();
      if (next === ']') return elements;
      if (next !== ',') throw new NotJson();
      token = this.token();
    }
  }

  private object(): Map<string, JsonNode> {
    const fields = new Map<string, JsonNode>();
    let token = this.token();
    if (token === '}') return fields;
    for (;;) {
      if (!token.startsWith('"') || this.token() !== ':') throw new NotJson();
      const key = stringOf(token);
      fields.set(key, this.value());
      const next = this.token();
      if (next === '}') return fields;
      if (next !== ',') throw new NotJson();
      token = this.token();
    }
  }
}

/** Escapes and control characters are JSON.parse's business. */
function stringOf(token: string): string {
  try {
    return JSON.parse(token) as string;
  } catch {
    // A SyntaxError, the only failure there is.
    throw new NotJson();
  }
}

/** A value as Jackson prints it. */
export function jsonText(node: JsonNode): string {
  if (node instanceof JsonNumber) return node.toString();
  if (node instanceof Map)
    return `{${[...node].map(([key, value]) => `${JSON.stringify(key)}:${jsonText(value)}`).join(',')}}`;
  if (Array.isArray(node)) return `[${node.map(jsonText).join(',')}]`;
  return JSON.stringify(node);
}

function mappingError(text: string): JavaError {
  return new JavaError('com.fasterxml.jackson.databind.JsonMappingException', text);
}

function unexpected(expected: string, node: JsonNode): JavaError {
  return mappingError(`Expected ${expected}, received ${jsonText(node)}`);
}

/** These throw JavaError in the words of Kafka's JsonObject and its decoders. */
export function jsonObject(node: JsonNode): ReadonlyMap<string, JsonNode> {
  if (node instanceof Map) return node;
  throw unexpected('JSON object', node);
}

export function jsonArray(node: JsonNode): readonly JsonNode[] {
  if (Array.isArray(node)) return node;
  throw unexpected('JSON array', node);
}

export function jsonField(object: ReadonlyMap<string, JsonNode>, name: string): JsonNode {
  const found = object.get(name);
  if (found === undefined) throw mappingError(`No such field exists: \`${name}\``);
  return found;
}

export function jsonString(node: JsonNode): string {
  if (typeof node === 'string') return node;
  throw unexpected('`String` value', node);
}

export function jsonInteger(node: JsonNode): number {
  const value = wholeNumber(node, 32);
  if (value === undefined) throw unexpected('`Integer` value', node);
  return Number(value);
}

export function jsonLong(node: JsonNode): bigint {
  const value = wholeNumber(node, 64);
  if (value === undefined) throw unexpected('`Long` value', node);
  return value;
}

function wholeNumber(node: JsonNode, bits: number): bigint | undefined {
  if (!(node instanceof JsonNumber) || /[.eE]/.test(node.digits)) return undefined;
  const value = BigInt(node.digits);
  return BigInt.asIntN(bits, value) === value ? value : undefined;
}
