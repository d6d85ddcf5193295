const FOLDER = '.s3connect-probe/';

/** A probe's key under the connection's prefix: `PREFIX.s3connect-probe/UUID`. */
export const insideKey = (prefix: string, id: string): string => `${prefix}${FOLDER}${id}`;

/** A probe's key outside the prefix: at the bucket's root, unless the prefix is the probes' own folder. */
export const outsideKey = (prefix: string, id: string): string =>
  FOLDER.startsWith(prefix) || prefix.startsWith(FOLDER) ? `s3connect-probe-outside/${id}` : `${FOLDER}${id}`;

export const isProbeKey = (key: string): boolean => key.includes(FOLDER) || key.startsWith('s3connect-probe-outside/');
