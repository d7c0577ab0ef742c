/**
 * A failure that Apache's tool shows as a Java exception: `className` is the full class name as Java prints it. `message` is
 * what `getMessage()` returns; a null one is `undefined` (Java then prints the class name alone). `cause` is kept as given.
 */
export class JavaError extends Error {
  readonly className: string;
  readonly hasMessage: boolean;

  constructor(className: string, message?: string, cause?: unknown) {
    super(message ?? '', cause === undefined ? undefined : { cause });
    this.name = 'JavaError';
    this.className = className;
    this.hasMessage = message !== undefined;
  }

  /** What Java's `Throwable.toString()` gives: `class: message`, or the class alone. */
  override toString(): string {
    return this.hasMessage ? `${this.className}: ${this.message}` : this.className;
  }

  /**
   * `printStackTrace()` without its frames: this error and its causes, each on a line that ends. Causes of ours that Java
   * would not have met are left out.
   */
  trace(): string {
    let text = `${this}\n`;
    for (let cause = this.cause; cause instanceof JavaError; cause = cause.cause) text += `Caused by: ${cause}\n`;
    return text;
  }

  /** Java's `new ExecutionException(cause)` and the like: the message is the cause's text form. */
  static wrap(className: string, cause: JavaError): JavaError {
    return new JavaError(className, cause.toString(), cause);
  }

  /** The innermost JavaError of a chain of causes, as `ExecutionException.getCause()` loops in the tools find it. */
  root(): JavaError {
    let error: JavaError = this;
    while (error.cause instanceof JavaError) error = error.cause;
    return error;
  }
}
