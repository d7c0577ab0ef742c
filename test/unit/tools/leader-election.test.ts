import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { ElectionsFailed, readPartitions } from '../../../src/tools/leader-election.ts';
import { JavaError } from '../../../src/util/java-error.ts';

describe('the plan of a leader election', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(`${tmpdir()}/klamm-election-`);
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  const plan = (text: string) => {
    writeFileSync(`${directory}/plan.json`, text);
    return readPartitions(`${directory}/plan.json`);
  };

  it('names partitions in the order of the file', async () => {
    expect(await plan('{"partitions":[{"topic":"b","partition":1},{"topic":"a","partition":0}]}')).toEqual([
      { topic: 'b', partition: 1 },
      { topic: 'a', partition: 0 },
    ]);
  });

  // Texts printed by kafka-leader-election 4.3.1.
  it.each([
    ['xx', 'Replica election data is empty'],
    ['{"a":1}', 'Replica election data is missing "partitions" field'],
    [
      '{"partitions":[{"topic":"a","partition":1},{"topic":"a","partition":1}]}',
      'Replica election data contains duplicate partitions: [a-1]',
    ],
    ['[]', 'com.fasterxml.jackson.databind.JsonMappingException: Expected JSON object, received []'],
    [
      '{"partitions":[{"topic":1}]}',
      'com.fasterxml.jackson.databind.JsonMappingException: Expected `String` value, received 1',
    ],
    [
      '{"partitions":[{"topic":"a"}]}',
      'com.fasterxml.jackson.databind.JsonMappingException: No such field exists: `partition`',
    ],
  ])('refuses %s', async (text, message) => {
    await expect(plan(text)).rejects.toThrow(message);
  });

  it('says which file cannot be read', async () => {
    const error = await readPartitions(`${directory}/none`).catch((one: JavaError) => one);
    expect((error as JavaError).trace()).toBe(
      [
        `java.lang.RuntimeException: java.io.IOException: Unable to read file ${directory}/none`,
        `Caused by: java.io.IOException: Unable to read file ${directory}/none`,
        `Caused by: java.nio.file.NoSuchFileException: ${directory}/none`,
        '',
      ].join('\n'),
    );
  });

  it('shows the failures of partitions below that of the whole', () => {
    const unknown = new JavaError(
      'org.apache.kafka.common.errors.UnknownTopicOrPartitionException',
      'No such topic as a',
    );
    expect(new ElectionsFailed([unknown]).trace()).toBe(
      'org.apache.kafka.tools.AdminCommandFailedException: 1 replica(s) could not be elected\n' +
        '\tSuppressed: org.apache.kafka.common.errors.UnknownTopicOrPartitionException: No such topic as a\n',
    );
  });
});
