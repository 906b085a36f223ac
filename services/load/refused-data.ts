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

/** RECEIVED_ERROR_FROM_REMOTE_IO_SERVER: the registry's answer, of which only "no such schema" is about the data. */
const registryCode = '86';

export function isDataFault(error: unknown): error is ClickHouseError {
  if (!(error instanceof ClickHouseError)) return false;
  return (
    dataFaultCodes.has(error.code) ||
    (error.code === registryCode && /HTTP status code: 404/.test(error.message) && /schema id/.test(error.message))
  );
}
