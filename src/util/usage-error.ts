/**
 * The command line itself is at fault. `text` is the sentence as Kafka words it; `showOptions` says whether the list of options
 * follows it (most usage errors) or not (a number that does not parse, a setting refused late).
 */
export class UsageError extends Error {
  readonly text: string;
  readonly showOptions: boolean;

  constructor(text: string, showOptions = true) {
    super(text);
    this.name = 'UsageError';
    this.text = text;
    this.showOptions = showOptions;
  }
}
