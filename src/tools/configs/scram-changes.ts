import { type ScramMechanismName, type ScramUpsertion } from '../../client/admin/scram-credentials.ts';
import { JavaError } from '../../util/java-error.ts';

const MIN_ITERATIONS = 4096;

export function isScramMechanism(name: string): name is ScramMechanismName {
  return name === 'SCRAM-SHA-256' || name === 'SCRAM-SHA-512';
}

function illegal(text: string): JavaError {
  return new JavaError('java.lang.IllegalArgumentException', text);
}

/** `iterations=8192,password=secret`. Throws JavaError. Source: ConfigCommand.alterUserScramCredentialConfigs. */
export function parseCredential(user: string, mechanism: ScramMechanismName, text: string): ScramUpsertion {
  const match = /^(?:iterations=(-?[0-9]*),)?password=(.*)$/.exec(text);
  if (!match) throw illegal(`Invalid credential property ${mechanism.replaceAll('-', '_')}=${text}`);
  const [, given, password = ''] = match;
  const iterations = given === undefined || given === '-1' ? MIN_ITERATIONS : Number(given);
  if (given === '' || iterations !== (iterations | 0)) {
    throw new JavaError('java.lang.NumberFormatException', `For input string: "${given}"`);
  }
  if (iterations < MIN_ITERATIONS) {
    throw illegal(`Iterations ${iterations} is less than the minimum ${MIN_ITERATIONS} required for ${mechanism}`);
  }
  return { user, mechanism, iterations, password };
}
