import { clusterAddress, type Face, messageAndTrace, option, ToolCommand, type ToolRun } from '../cli/index.ts';
import { type DeletedRecords, deleteRecords } from '../tools/delete-records.ts';
import { type JavaError } from '../util/java-error.ts';

const PURPOSE = 'This tool helps to delete records of the given partitions down to the specified offset.';

export default class DeleteRecords extends ToolCommand {
  static override summary = 'Delete the oldest records of partitions, up to an offset';
  static override tool = {
    name: 'kafka-delete-records',
    help: PURPOSE,
    noArguments: PURPOSE,
    optionErrors: 'failure' as const,
  };
  static override flags = {
    'bootstrap-server': option.string({
      argument: 'server(s) to use for bootstrapping',
      help: 'REQUIRED: brokers to begin with, as HOST1:PORT1,HOST2:PORT2.',
    }),
    'offset-json-file': option.string({
      argument: 'Offset json file path',
      help: 'REQUIRED: file with the first offset to keep of each partition; -1 keeps nothing. For example {"partitions": [{"topic": "a", "partition": 0, "offset": 1}], "version": 1}.',
    }),
    'command-config': option.string({
      argument: 'command config property file path',
      help: 'File with settings of the admin client.',
    }),
  };

  override async execute({ options, context, face, require }: ToolRun<typeof DeleteRecords.flags>): Promise<number> {
    await require('bootstrap-server', 'offset-json-file');
    const results = await deleteRecords(
      clusterAddress({ options, face }),
      options.value('offset-json-file') ?? '',
      context,
    );
    await face.print(results, {
      text: (all) =>
        `Executing records delete operation\nRecords delete operation completed:\n${all.map(lineOf).join('')}`,
      table: (all) => ({
        head: ['TOPIC', 'PARTITION', 'LOW WATERMARK', 'ERROR'],
        rows: all.map((one) => [one.topic, `${one.partition}`, `${one.lowWatermark ?? '-'}`, one.error ?? '']),
      }),
    });
    return face.status(
      0,
      results.some(({ error }) => error !== null),
    );
  }

  override failed(error: JavaError, face: Face): number {
    face.err(messageAndTrace(error));
    return 1;
  }
}

function lineOf({ topic, partition, lowWatermark, error }: DeletedRecords): string {
  const outcome = error === null ? `low_watermark: ${lowWatermark}` : `error: ${error}`;
  return `partition: ${topic}-${partition}\t${outcome}\n`;
}
