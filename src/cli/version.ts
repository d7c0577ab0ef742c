/** The release of Apache Kafka whose tools these are: what `kafka-* --version` prints. */
export const KAFKA_VERSION = '4.3.1';

/** The commit that its subcommand tools name beside it. */
export const KAFKA_COMMIT = '26b251a451ce941d';

/** The same as in package.json; a test compares them. */
export const KLAMM_VERSION = '0.1.0';
