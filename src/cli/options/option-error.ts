import { JavaError } from '../../util/java-error.ts';

/**
 * What jopt-simple says about an argv it cannot take, in its words: most tools print it with their list of options, others treat it
 * like any failure. Source: joptsimple.OptionException and its subclasses.
 */
export class OptionError extends JavaError {
  static unrecognized(name: string): OptionError {
    return new OptionError('joptsimple.UnrecognizedOptionException', `${name} is not a recognized option`);
  }

  static missingArgument(name: string): OptionError {
    return new OptionError('joptsimple.OptionMissingRequiredArgumentException', `Option ${name} requires an argument`);
  }

  static missingRequired(names: readonly string[]): OptionError {
    return new OptionError(
      'joptsimple.MissingRequiredOptionsException',
      `Missing required option(s) [${names.join(', ')}]`,
    );
  }

  static unreadable(value: string, name: string, javaName = ''): OptionError {
    return new OptionError(
      'joptsimple.OptionArgumentConversionException',
      `Cannot parse argument '${value}' of option ${name}`,
      conversionFailure(value, javaName),
    );
  }

  static multiple(name: string): OptionError {
    return new OptionError(
      'joptsimple.MultipleArgumentsForOptionException',
      `Found multiple arguments for option ${name}, but you asked for only one`,
    );
  }
}

const NUMBERS = ['Integer', 'Long', 'Double', 'Short'];

/** What jopt's converter of the type threw: numbers are read by reflection, enums by their names. */
function conversionFailure(value: string, javaName: string): JavaError | undefined {
  if (NUMBERS.includes(javaName)) {
    const text = javaName === 'Double' && value.trim() === '' ? 'empty String' : `For input string: "${value}"`;
    const failure = new JavaError('java.lang.NumberFormatException', text);
    return JavaError.wrap('joptsimple.internal.ReflectionException', failure);
  }
  if (!/^\[.*\]$|\|/.test(javaName)) return undefined;
  return new JavaError('joptsimple.ValueConversionException', `Value [${value}] is not one of [${javaName}]`);
}
