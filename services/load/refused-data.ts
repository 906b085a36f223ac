import { ClickHouseError } from '@clickhouse/client';

/**
 * Codes of ClickHouse that speak of the bytes sent and of nothing else: a repeat will be refused as well. Any other
 * code (memory, disk, time-out, a read-only table) may pass and is only tried again.
 */
const dataFaultCodes = new Set([
  '6', // CANNOT_PARSE_TEXT
  '8', // THERE_IS_NO_COLUMN: the record's schema lacks a column
  '25', // CANNOT_PARSE_ESCAPE_SEQUENCE
  '26', // CANNOT_PARSE_QUOTED_STRING
  '27', // CANNOT_PARSE_INPUT_ASSERTION_FAILED
  '32', // ATTEMPT_TO_READ_AFTER_EOF
  '33', // CANNOT_READ_ALL_DATA
  '38', // CANNOT_PARSE_DATE
  '41', // CANNOT_PARSE_DATETIME
  '53', // TYPE_MISMATCH
  '70', // CANNOT_CONVERT_TYPE
  '72', // CANNOT_PARSE_NUMBER
  '117', // INCORRECT_DATA
  '128', // TOO_LARGE_ARRAY_SIZE
  '131', // TOO_LARGE_STRING_SIZE
  '349', // CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN
  '748', // AVRO_EXCEPTION
]);

/**
 * Not among them: 86, what ClickHouse says when its registry answers 404 for a schema. Load has asked for every schema of a
 * block before, so that registry is starting, or is not the one that load asks: no reason to refuse records.
 */
export const isDataFault = (error: unknown): error is ClickHouseError =>
  error instanceof ClickHouseError && dataFaultCodes.has(error.code);
