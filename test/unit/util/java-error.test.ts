import { JavaError } from '../../../src/util/java-error.ts';

describe('JavaError', () => {
  it('prints class and message as Throwable.toString does', () => {
    expect(String(new JavaError('java.lang.Foo', 'bar'))).toBe('java.lang.Foo: bar');
    expect(String(new JavaError('java.lang.Foo'))).toBe('java.lang.Foo');
    expect(String(new JavaError('java.lang.Foo', ''))).toBe('java.lang.Foo: ');
  });

  it('wraps a cause with its text as message and finds the root again', () => {
    const inner = new JavaError('org.apache.kafka.common.errors.TimeoutException', 'late');
    const outer = JavaError.wrap('java.util.concurrent.ExecutionException', inner);
    expect(String(outer)).toBe(
      'java.util.concurrent.ExecutionException: org.apache.kafka.common.errors.TimeoutException: late',
    );
    expect(outer.root()).toBe(inner);
  });
});
