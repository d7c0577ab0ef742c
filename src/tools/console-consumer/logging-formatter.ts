import { type NamedLogger } from '../../util/log-lines.ts';
import { defaultFormatter, timestampText } from './default-formatter.ts';
import { type Formatter, type FormatterProperties } from './formatter.ts';

const CLASS = 'org.apache.kafka.tools.consumer.LoggingMessageFormatter';

/** Prints like the default one and logs each record. Source: Java's LoggingMessageFormatter. */
export function loggingFormatter(properties: FormatterProperties, logger: NamedLogger): Formatter {
  const printing = defaultFormatter(
    properties,
    logger.named('org.apache.kafka.tools.consumer.DefaultMessageFormatter'),
  );
  const log = logger.named(CLASS);
  return {
    write(records, output) {
      printing.write(records, output);
      const { cursor } = records;
      const timestamp = timestampText(records);
      const key = cursor.key();
      const value = cursor.value();
      log.log(
        'INFO',
        `${timestamp === 'NO_TIMESTAMP' ? '' : `${timestamp}, `}key:${key ?? 'null'}, value:${value ?? 'null'}`,
      );
    },
  };
}
