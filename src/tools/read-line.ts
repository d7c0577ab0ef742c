import { type ToolContext } from '../util/tool-context.ts';

/** The next line of stdin without its end; empty when the input ends. Meant for a person's answer. */
export async function readLine({ stdin }: Pick<ToolContext, 'stdin'>): Promise<string> {
  let text = '';
  for await (const chunk of stdin) {
    text += String(chunk);
    if (text.includes('\n')) break;
  }
  return text.split('\n')[0]?.replace(/\r$/, '') ?? '';
}
