import type { Fault } from '../template/s3-values.js';
import { hasControls, printable } from '../template/text.js';

export {
  corsHeaderFault,
  corsMethodFault,
  type Fault,
  originFault,
  S3_EVENTS,
} from '../template/s3-values.js';

const fault = (message: string, hint: string): Fault => ({ message, hint });

/** IAM API reference, roleNameType and userNameType. */
export function entityNameFault(kind: 'role' | 'user', name: string): Fault | undefined {
  if (name.length > 64)
    return fault(`the ${kind} name has ${name.length} characters, at most 64 are allowed`, 'Shorten it.');
  if (!/^[\w+=,.@-]{1,64}$/.test(name)) {
    return fault(`"${printable(name)}" is no ${kind} name`, 'Use letters, digits and any of _+=,.@-, 1 to 64 in all.');
  }
  return undefined;
}

/** A role name that may hold the wildcards of existing-role. */
export function roleGlobFault(name: string): Fault | undefined {
  if (/^[\w+=,.@*?-]{1,128}$/.test(name)) return undefined;
  return fault(
    `"${printable(name)}" is no role name and no glob`,
    'Use letters, digits, _+=,.@- and the wildcards * and ?.',
  );
}

/** IAM API reference, pathType. */
export function pathFault(path: string): Fault | undefined {
  if (path.length <= 512 && /^\/(?:[\x21-\x7e]+\/)?$/.test(path) && !/[*?$]/.test(path)) return undefined;
  return fault(`"${printable(path)}" is no path`, 'Begin and end it with a slash: /service/.');
}

/** IAM API reference, policyNameType. */
export function policyNameFault(name: string): Fault | undefined {
  if (/^[\w+=,.@-]{1,128}$/.test(name)) return undefined;
  return fault(`"${printable(name)}" is no policy name`, 'Use letters, digits and any of _+=,.@-, 1 to 128 in all.');
}

/** IAM API reference, roleDescriptionType: no em dash, no curly quotes. */
export function descriptionFault(text: string): Fault | undefined {
  if (text.length > 1000)
    return fault(`the description has ${text.length} characters, at most 1000 are allowed`, 'Shorten it.');
  if (!/^[\t\n\r\x20-\x7e\xa1-\xff]*$/.test(text)) {
    return fault(
      'the description has characters that IAM refuses',
      'Use plain punctuation: no curly quotes, no long dashes.',
    );
  }
  return undefined;
}

/** ARN of a managed policy that serves as permissions boundary. */
export function boundaryFault(arn: string): Fault | undefined {
  if (/^arn:aws[a-z-]*:iam::(?:\d{12}|aws):policy\/[\w+=,.@/-]{1,640}$/.test(arn)) return undefined;
  return fault(`"${printable(arn)}" is no ARN of a managed policy`, 'Write arn:aws:iam::ACCOUNT:policy/NAME.');
}

/** STS API reference, externalIdType. */
export function externalIdFault(id: string): Fault | undefined {
  if (/^[\w+=,.@:/-]{2,1224}$/.test(id)) return undefined;
  return fault(
    id.length > 1224 || id.length < 2
      ? `the external ID has ${id.length} characters, 2 to 1224 are allowed`
      : `the external ID "${printable(id)}" has characters that AWS refuses`,
    'Take it over exactly as the vendor shows it: letters, digits and any of _+=,.@:/-.',
  );
}

/** IAM API reference, tagKeyType and tagValueType; marks of ours and AWS's own are refused. */
export function tagFault(key: string, value: string): Fault | undefined {
  if (/^(?:aws|s3connect):/i.test(key)) return fault(`the tag "${printable(key)}" is reserved`, 'Choose another key.');
  if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u.test(key)) {
    return fault(
      `"${printable(key)}" is no key of a tag`,
      'Use letters, digits, spaces and any of _.:/=+-@, 1 to 128 in all.',
    );
  }
  if (!/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{0,256}$/u.test(value)) {
    return fault(
      `the tag "${key}" has a value that AWS refuses`,
      'Use letters, digits, spaces and any of _.:/=+-@, at most 256.',
    );
  }
  return undefined;
}

export function regionFault(region: string): Fault | undefined {
  if (/^[a-z]{2,}(?:-[a-z]+)+-\d+$/.test(region)) return undefined;
  return fault(`"${printable(region)}" is no region`, 'Write it as AWS does: eu-west-1.');
}

/**
 * S3 User Guide, "General purpose bucket naming rules": strict for a bucket that is to be made, loose for one that is
 * there (some are older than the rules).
 */
export function bucketNameFault(name: string, create: boolean): Fault | undefined {
  const shown = printable(name);
  if (name.startsWith('arn:')) return fault(`"${shown}" is an ARN`, 'Give the name of the bucket alone.');
  if (/--x-s3$|--xa-s3$/.test(name)) {
    return fault(`"${shown}" is a directory bucket, which is not supported`, 'Use a general purpose bucket.');
  }
  if (/-s3alias$|--ol-s3$|\.mrap$|--table-s3$/.test(name)) {
    return fault(`"${shown}" is the alias of something else, not a bucket`, 'Give the name of the bucket itself.');
  }
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]{1,253}[A-Za-z0-9]$/.test(name)) {
    return fault(`"${shown}" is no bucket name`, 'Use 3 to 63 lower-case letters, digits, dots and hyphens.');
  }
  if (!create) return undefined;
  const strict =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !/^\d{1,3}(?:\.\d{1,3}){3}$/.test(name) &&
    !/^(?:xn--|sthree-|amzn-s3-demo-)/.test(name);
  if (strict) return undefined;
  return fault(
    `S3 makes no bucket of the name "${shown}"`,
    'Use 3 to 63 lower-case letters, digits, dots and hyphens; not two dots in a row, not the form of an IP address, not the beginnings xn--, sthree-, amzn-s3-demo-.',
  );
}

/** A prefix is a folder; what could widen a policy or never match a key is refused. */
export function prefixFault(prefix: string): Fault | undefined {
  const shown = printable(prefix);
  if (/[*?]/.test(prefix)) return fault(`the prefix "${shown}" has a wildcard`, 'Give the folder itself: uploads/.');
  if (prefix.includes('$'))
    return fault(`the prefix "${shown}" has a $, which could be a policy variable`, 'Use a folder without it.');
  if (prefix.startsWith('/'))
    return fault(`the prefix "${shown}" begins with a slash`, 'Remove it: keys begin without one.');
  if (prefix.includes('//')) return fault(`the prefix "${shown}" has two slashes in a row`, 'Remove one.');
  if (hasControls(prefix)) return fault('the prefix has control characters', 'Remove them.');
  if (Buffer.byteLength(prefix, 'utf8') > 1000)
    return fault('the prefix is too long for a key', 'Use a shorter folder.');
  return undefined;
}

/** S3 User Guide, "Access points restrictions and limitations". */
export function accessPointNameFault(name: string): Fault | undefined {
  if (/^[a-z0-9][a-z0-9-]{1,48}[a-z0-9]$/.test(name) && !name.endsWith('-s3alias')) return undefined;
  return fault(
    `"${printable(name)}" is no name of an access point`,
    'Use 3 to 50 lower-case letters, digits and hyphens, not ending with -s3alias.',
  );
}

export function vpcFault(id: string): Fault | undefined {
  if (/^vpc-[0-9a-f]{8,17}$/.test(id)) return undefined;
  return fault(`"${printable(id)}" is no id of a VPC`, 'Write it as vpc-0123456789abcdef0.');
}

/** Name or ARN of a standard topic (SNS API reference, CreateTopic); S3 doesn't send to FIFO topics. */
export function topicFault(topic: string): Fault | undefined {
  if (/\.fifo$/.test(topic))
    return fault(`"${printable(topic)}" is a FIFO topic, which S3 doesn't send to`, 'Use a standard topic.');
  if (/^(?:arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:)?[A-Za-z0-9_-]{1,256}$/.test(topic)) return undefined;
  return fault(
    `"${printable(topic)}" is no topic`,
    'Give the name of a topic, or its ARN (arn:aws:sns:REGION:ACCOUNT:NAME).',
  );
}

export function subscribeFault(url: string): Fault | undefined {
  if (/^https:\/\/[^\s/?#]+(?:[/?#]\S*)?$/.test(url) && !hasControls(url) && URL.canParse(url)) return undefined;
  return fault(`"${printable(url)}" is no https address`, 'Messages are sent to https addresses only.');
}
