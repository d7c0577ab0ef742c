import { input } from '@inquirer/prompts';

const USUAL_ANSWERS: Readonly<Record<string, string>> = { 'bootstrap-server': 'localhost:9092' };

/** Asks for the value of an option. Loaded only when there is a person to ask. Rejects with ExitPromptError on Ctrl-C. */
export async function askFor(name: string, about: string): Promise<string> {
  const usual = USUAL_ANSWERS[name];
  return input({
    message: `--${name} (${shortened(about)})`,
    required: true,
    ...(usual === undefined ? {} : { default: usual }),
  });
}

/** The first sentence of an option's help, without Kafka's way of saying that it is required. */
function shortened(about: string): string {
  const sentence = about
    .replace(/^REQUIRED: /, '')
    .split(/[.:;]\s|\n/)[0]!
    .replace(/\.$/, '');
  return sentence.length > 60 ? `${sentence.slice(0, 57)}...` : sentence;
}
