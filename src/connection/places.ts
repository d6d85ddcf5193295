import { type ErrorCode, S3ConnectError } from '../errors.js';
import { pointerStep } from '../template/json-text.js';
import { printable } from '../template/text.js';
import type { LoadedFile } from './load.js';

/** Knows for every value of a connection whether it stands in the file or came by a flag, and says so in errors. */
export interface Places {
  /** The pointer or the flag that a value is called by in an error. */
  readonly pathOf: (pointer: string) => string;
  /** Notes that what is at a pointer (and below) came by a flag. */
  readonly note: (pointer: string, flag: string) => void;
  readonly fail: (pointer: string, message: string, hint: string, code?: ErrorCode) => never;
}

/** The flag for a value where there is no file to name a place in. */
const FLAGS: readonly (readonly [RegExp, string])[] = [
  [/\/template$/, '--template'],
  [/\/method$/, '--method'],
  [/\/role(?:\/|$)/, '--role-name'],
  [/\/user(?:\/|$)/, '--user-name'],
  [/\/trust\/principals/, '--principal'],
  [/\/trust\/externalIds/, '--external-id'],
  [/\/trust\/verifiers/, '--verifier'],
  [/\/params(?:\/|$)/, '--param'],
  [/\/accessPoint(?:\/|$)/, '--access-point'],
  [/\/cors(?:\/|$)/, '--origin'],
  [/\/notifications(?:\/|$)/, '--sns-topic'],
  [/\/region$/, '--region'],
  [/\/buckets(?:\/|$)/, '--bucket'],
];

/**
 * @param file where values stand; undefined where all came by flags
 */
export function placesOf(file: LoadedFile | undefined): Places {
  const flags = new Map<string, string>();
  const flagOf = (pointer: string): string | undefined => {
    for (let at = pointer; at !== ''; at = at.slice(0, at.lastIndexOf('/'))) {
      const flag = flags.get(at);
      if (flag !== undefined) return flag;
    }
    return file === undefined ? FLAGS.find(([form]) => form.test(pointer))?.[1] : undefined;
  };
  const pathOf = (pointer: string) => flagOf(pointer) ?? pointer;
  return {
    pathOf,
    note: (pointer, flag) => void flags.set(pointer, flag),
    fail: (pointer, message, hint, code = 'BadValue') => {
      const flag = flagOf(pointer);
      if (flag !== undefined || file === undefined) {
        throw new S3ConnectError(code, flag === undefined ? message : `${flag}: ${message}`, {
          path: flag ?? pointer,
          hint,
        });
      }
      const { line, column } = file.locate(pointer);
      throw new S3ConnectError(code, `${printable(file.file)}:${line}:${column}: ${message}`, { path: pointer, hint });
    },
  };
}

/** The JSON pointer of a connection. */
export function connectionPointer(name: string): string {
  return `/connections${pointerStep(name)}`;
}
