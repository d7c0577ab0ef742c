import { Chalk } from 'chalk';

/** How words are set off on a terminal; without colour each gives the text as it is. */
export interface Paint {
  error(text: string): string;
  warning(text: string): string;
  heading(text: string): string;
}

/** Loaded only for a terminal that takes colour: what decides is known already, so chalk is not asked to find out. */
export function colours(): Paint {
  const chalk = new Chalk({ level: 1 });
  return {
    error: (text) => chalk.red(text),
    warning: (text) => chalk.yellow(text),
    heading: (text) => chalk.bold(text),
  };
}
