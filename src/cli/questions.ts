import { input } from '@inquirer/prompts';

const USUAL_ANSWERS: Readonly<Record<string, string>> = { 'bootstrap-server': 'localhost:9092' };

/** Asks for the value of an option. Loaded only when there is a person to ask. Rejects with ExitPromptError on Ctrl-C. */
export async function askFor(name: string, about: string): Promise<string> {
  const usual = USUAL_ANSWERS[name];
  return input({
    message: `--${name} (${about.replace(/\.$/, '')})`,
    required: true,
    ...(usual === undefined ? {} : { default: usual }),
  });
}
