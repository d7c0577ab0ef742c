import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { JavaError } from '../util/java-error.ts';

const MODULE_PATH = /[/\\]|\.[cm]?[jt]s$/;

/** Where Java takes a class name, this is the path of a JavaScript module instead. */
export function isModulePath(name: string): boolean {
  return MODULE_PATH.test(name);
}

/**
 * What the module exports by default; of a class an instance, made without arguments. Throws JavaError: there is no such file, or the
 * module cannot be loaded (its own error in one line).
 */
export async function loadUserModule(path: string): Promise<unknown> {
  if (!existsSync(path)) throw new JavaError('java.lang.ClassNotFoundException', path);
  try {
    const { default: exported } = (await import(pathToFileURL(resolve(path)).href)) as { default?: unknown };
    return typeof exported === 'function' ? new (exported as new () => unknown)() : exported;
  } catch (error) {
    throw userFailure(path, error);
  }
}

/** A failure of the user's own code, in one line that names the module. */
export function userFailure(path: string, error: unknown): JavaError {
  if (error instanceof JavaError) return error;
  const { name = 'Error', message = String(error) } = (error ?? {}) as Partial<Error>;
  const text = `${path}: ${name === 'Error' ? '' : `${name}: `}${message.split('\n')[0]}`;
  return new JavaError('java.lang.RuntimeException', text, error);
}
