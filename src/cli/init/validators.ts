type Verdict = true | string;

/** S3 User Guide, "General purpose bucket naming rules", as far as a prompt can tell. */
export function bucketName(value: string): Verdict {
  if (/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(value) && !value.includes('..')) return true;
  return 'a bucket name has 3 to 63 lower-case letters, digits, dots and hyphens';
}

/** The contract's rules for a prefix. */
export function prefix(value: string): Verdict {
  if (/[*?$\u0000-\u001f\u007f]/.test(value)) return 'a prefix has no *, ?, $ or control characters';
  if (value.startsWith('/') || value.includes('//')) return 'a prefix does not begin with / and has no //';
  return true;
}

/** The contract's rules for a connection's name. */
export function connectionName(taken: readonly string[]): (value: string) => Verdict {
  return (value) => {
    if (!/^[a-z0-9][a-z0-9-]{0,47}$/.test(value)) return 'lower-case letters, digits and hyphens, at most 48';
    return taken.includes(value) ? `there is a connection ${value} already` : true;
  };
}

/** A role name or a glob of one. */
export function roleGlob(value: string): Verdict {
  return /^[\w+=,.@*?-]{1,64}$/.test(value) ? true : 'a role name, in which * stands for anything';
}

/** STS API Reference, AssumeRole: ExternalId. */
export function externalId(value: string): Verdict {
  return /^[\w+=,.@:/-]{2,1224}$/.test(value) ? true : '2 to 1224 letters, digits and +=,.@:/-_';
}

/** What `trust.principals` takes. */
export function principal(value: string): Verdict {
  if (/^\d{12}$/.test(value) || /^role\/[\w+=,.@*?/-]+$/.test(value)) return true;
  if (/^arn:[\w-]+:iam::\d{12}:(user|role)\/[\w+=,.@/-]+$/.test(value)) return true;
  return 'a 12-digit account id, a user or role ARN, or role/GLOB of your own account';
}

/** An origin as a browser sends it. */
export function origin(value: string): Verdict {
  return value === '*' || /^https?:\/\/[^/\s]+$/.test(value) ? true : 'such as https://app.example.com, or *';
}

/** Names of access points and topics: letters, digits and hyphens. */
export function resourceName(value: string): Verdict {
  return /^[A-Za-z0-9][A-Za-z0-9_-]{1,255}$/.test(value) ? true : 'letters, digits and hyphens';
}

/** Applies a rule to each of several values, separated by commas. */
export function eachOf(rule: (value: string) => Verdict): (value: string) => Verdict {
  return (value) => {
    for (const part of split(value)) {
      const verdict = rule(part);
      if (verdict !== true) return `${part}: ${verdict}`;
    }
    return true;
  };
}

/** An answer with commas as a list. */
export function split(value: string): readonly string[] {
  return value
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
}
