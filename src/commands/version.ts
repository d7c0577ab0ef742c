import { KAFKA_VERSION, KLAMM_VERSION, ToolCommand, type ToolRun } from '../cli/index.ts';

export default class Version extends ToolCommand {
  static override summary = 'Show the version, and the version of Kafka whose tools these are';
  static override tool = {};

  override async execute({ face }: ToolRun): Promise<number> {
    await face.print(
      { klamm: KLAMM_VERSION, kafka: KAFKA_VERSION, node: process.versions.node },
      { text: (version) => `klamm ${version.klamm} (Kafka ${version.kafka}, Node ${version.node})\n` },
    );
    return 0;
  }
}
