import { createInterface, type Interface } from 'node:readline';
import { type ToolContext } from '../util/tool-context.ts';

/** The lines of stdin one after another, as a person answers questions. Reads nothing before the first is asked for. */
export class Answers {
  private readonly stdin: ToolContext['stdin'];
  private lines: Interface | null = null;
  private iterator: AsyncIterator<string> | null = null;

  constructor({ stdin }: Pick<ToolContext, 'stdin'>) {
    this.stdin = stdin;
  }

  /** Empty when the input has ended. */
  async next(): Promise<string> {
    this.lines ??= createInterface({ input: this.stdin });
    this.iterator ??= this.lines[Symbol.asyncIterator]();
    const { value, done } = await this.iterator.next();
    return done === true ? '' : value;
  }

  close(): void {
    this.lines?.close();
  }
}
