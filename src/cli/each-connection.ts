import type { ResolvedConnection } from '../connection/types.js';
import { S3ConnectError } from '../errors.js';
import { exitCodeOf } from './exit-codes.js';
import { plain } from './render/text.js';
import { failedCodes, type Selection } from './selection.js';

export interface FailedRow {
  readonly name: string;
  readonly error: ReturnType<S3ConnectError['toJSON']>;
}

/** A failed row, for a person. */
export const failureLine = ({ name, error }: FailedRow): string => `${plain(name)}: ${plain(error.message)}`;

/**
 * A row for each connection, in order, and last those that could not be resolved. One that fails doesn't stop the
 * others: its error stands in its row. What fails the only one fails the command.
 *
 * @throws S3ConnectError what the only connection throws; whatever isn't one of ours
 */
export async function eachConnection<R>(
  selection: Selection,
  rowOf: (connection: ResolvedConnection) => Promise<R>,
): Promise<{ readonly rows: readonly (R | FailedRow)[]; readonly codes: readonly number[] }> {
  const rows: (R | FailedRow)[] = [];
  const codes: number[] = [...failedCodes(selection)];
  const alone = selection.connections.length + selection.failed.length === 1;
  for (const connection of selection.connections) {
    try {
      rows.push(await rowOf(connection));
    } catch (error) {
      if (alone || !(error instanceof S3ConnectError)) throw error;
      rows.push({ name: connection.name, error: error.toJSON() });
      codes.push(exitCodeOf(error.code));
    }
  }
  for (const { name, error } of selection.failed) rows.push({ name, error: error.toJSON() });
  return { rows, codes };
}
