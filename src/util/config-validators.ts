import { doubleText, type Password } from './config-values.ts';
import { JavaError } from './java-error.ts';

/** A configuration that cannot be used; the text is the one Java's ConfigException carries. */
export class ConfigError extends JavaError {
  readonly exceptionClass: string;

  constructor(text: string) {
    super('org.apache.kafka.common.config.ConfigException', text);
    this.exceptionClass = this.className;
  }

  static forValue(name: string, value: unknown, reason?: string): ConfigError {
    const text = `Invalid value ${valueText(value)} for configuration ${name}`;
    return new ConfigError(reason === undefined ? text : `${text}: ${reason}`);
  }
}

/** A parsed value of any type, before its definition narrows it. */
export type ConfigValue = boolean | string | number | bigint | readonly string[] | Password | null;

/** How Java prints a parsed value inside an error text. */
function valueText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.join(', ')}]`;
  return String(value);
}

export interface Validator {
  /** Throws ConfigError. `isDouble` tells numbers that Java holds as double, which print with a point. */
  check(name: string, value: ConfigValue, isDouble: boolean): void;
  /** The "Valid Values" text of Java's documentation; empty when there is none. */
  readonly text: string;
  /** ValidList drops repeated elements of a list before it is checked. */
  readonly dropsDuplicates?: boolean;
}

/** A number, or its digits where the text matters ("0.0" prints as such). */
export type Bound = number | bigint | `${number}`;

function range(low: Bound | null, high: Bound | null): Validator {
  const bounds = [low, '...', high].filter((one) => one !== null).join(',');
  return {
    text: `[${bounds}]`,
    check(name, value, isDouble) {
      if (value === null) throw ConfigError.forValue(name, null, 'Value must be non-null');
      const printed = isDouble ? doubleText(value as number) : value;
      if (low !== null && (value as number) < Number(low)) {
        throw ConfigError.forValue(name, printed, `Value must be at least ${low}`);
      }
      if (high !== null && (value as number) > Number(high)) {
        throw ConfigError.forValue(name, printed, `Value must be no more than ${high}`);
      }
    },
  };
}

export function atLeast(low: Bound): Validator {
  return range(low, null);
}

/** Both ends inclusive. */
export function between(low: Bound, high: Bound): Validator {
  return range(low, high);
}

/** Java: ValidString.in */
export function oneOf(...allowed: readonly string[]): Validator {
  return {
    text: `[${allowed.join(', ')}]`,
    check(name, value) {
      if (!allowed.includes(value as string)) {
        throw ConfigError.forValue(name, value, `String must be one of: ${allowed.join(', ')}`);
      }
    },
  };
}

/** Java: CaseInsensitiveValidString.in; the given order is kept in both texts. */
export function oneOfIgnoringCase(...allowed: readonly string[]): Validator {
  const upper = allowed.map((one) => one.toUpperCase());
  return {
    text: `(case insensitive) [${upper.join(', ')}]`,
    check(name, value) {
      if (value === null || !upper.includes(String(value).toUpperCase())) {
        throw ConfigError.forValue(name, value, `String must be one of (case insensitive): ${upper.join(', ')}`);
      }
    },
  };
}

export function nonNull(): Validator {
  return {
    text: 'non-null string',
    check(name, value) {
      if (value === null) throw ConfigError.forValue(name, value, 'entry must be non null');
    },
  };
}

/** Null passes, as in Java. */
export function nonEmptyString(): Validator {
  return {
    text: 'non-empty string',
    check(name, value) {
      if (value === '') throw ConfigError.forValue(name, value, 'String must be non-empty');
    },
  };
}

function checkElements(name: string, value: ConfigValue, isEmptyAllowed: boolean, valid: string): readonly string[] {
  if (value === null) throw new ConfigError(`Configuration '${name}' values must not be null.`);
  const elements = value as readonly string[];
  if (!isEmptyAllowed && elements.length === 0) {
    throw new ConfigError(`Configuration '${name}' must not be empty. Valid values include: ${valid}`);
  }
  if (elements.includes('')) throw new ConfigError(`Configuration '${name}' values must not be empty.`);
  return elements;
}

/** Java: ValidList.in */
export function listOf(allowed: readonly string[], isEmptyAllowed = true): Validator {
  const single = oneOf(...allowed);
  return {
    text: single.text,
    dropsDuplicates: true,
    check(name, value) {
      for (const one of checkElements(name, value, isEmptyAllowed, single.text)) single.check(name, one, false);
    },
  };
}

/** Java: ValidList.anyNonDuplicateValues */
export function listOfAny(isEmptyAllowed: boolean, isNullAllowed: boolean): Validator {
  return {
    text: '',
    dropsDuplicates: true,
    check(name, value) {
      if (value === null && isNullAllowed) return;
      checkElements(name, value, isEmptyAllowed, 'any non-empty value');
    },
  };
}

/** A rule of its own: `reason` returns why the value is wrong, or null. */
export function lambda(reason: (name: string, value: ConfigValue) => string | null, text: string): Validator {
  return {
    text,
    check(name, value, isDouble) {
      const wrong = reason(name, value);
      const printed = isDouble && typeof value === 'number' ? doubleText(value) : value;
      if (wrong !== null) throw ConfigError.forValue(name, printed, wrong);
    },
  };
}
