/** The template file of the contract (design/connections.md, "The template file"), after validation. */
export type Method = 'role' | 'existing-role' | 'bucket-policy' | 'user' | 'anonymous';
export type AccessLevel = 'input' | 'output' | 'read' | 'list' | 'write' | 'delete';
export type Use = 'required' | 'optional' | 'none';
export type ParameterValue = string | boolean | number | readonly string[];

export interface TemplateParameter {
  readonly description: string;
  readonly type: 'string' | 'boolean' | 'integer' | 'string[]';
  readonly enum?: readonly ParameterValue[];
  readonly default?: ParameterValue;
  readonly required?: boolean;
  readonly pattern?: string;
}

export interface TemplateAction {
  readonly action: string;
  readonly why: string;
  /** false: not limited to the prefix (a vendor that calls HeadBucket). */
  readonly prefix?: boolean;
}

export interface ExternalIdRule {
  readonly mode: 'required' | 'optional' | 'none';
  readonly issued?: 'before-role' | 'after-role' | 'customer';
}

export interface TemplateCors {
  readonly use: Use;
  readonly allowedOrigins?: readonly string[];
  readonly allowedMethods?: readonly string[];
  readonly allowedHeaders?: readonly string[];
  readonly exposeHeaders?: readonly string[];
  readonly maxAgeSeconds?: number;
  readonly nullOrigin?: boolean;
}

export interface HandoffItemTemplate {
  readonly title: string;
  readonly per: 'connection' | 'bucket';
  readonly methods?: readonly Method[];
  readonly access?: readonly AccessLevel[];
  readonly fields: Readonly<Record<string, unknown>>;
  readonly request?: {
    readonly method: string;
    readonly url: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
  };
}

/** What `byMethod` may replace. */
export interface TemplateSettings {
  readonly principals?: Readonly<Record<string, readonly string[]>>;
  readonly externalId?: ExternalIdRule;
  readonly access: Readonly<Partial<Record<AccessLevel, readonly TemplateAction[]>>>;
  readonly bucket?: {
    readonly objectOwnership?: 'BucketOwnerEnforced' | 'BucketOwnerPreferred' | 'ObjectWriter';
    readonly regions?: readonly string[];
    readonly dots?: boolean;
  };
  readonly role?: { readonly name?: string; readonly fixed?: boolean; readonly description?: string };
  readonly user?: { readonly name?: string };
  readonly policy?: { readonly kind?: 'inline' | 'managed'; readonly name?: string; readonly description?: string };
  readonly cors?: TemplateCors;
  readonly accessPoint?: { readonly use: Use };
  readonly notifications?: { readonly use: Use; readonly events?: readonly string[] };
  readonly handoff?: readonly HandoffItemTemplate[];
}

export interface Template extends TemplateSettings {
  readonly $schema?: string;
  readonly id: string;
  readonly version: string;
  readonly title: string;
  readonly vendor: string;
  readonly docs: readonly { readonly title: string; readonly url: string; readonly checked: string }[];
  readonly parameters?: Readonly<Record<string, TemplateParameter>>;
  /** The first is the default. */
  readonly methods: readonly Method[];
  readonly byMethod?: Readonly<Partial<Record<Method, Partial<TemplateSettings>>>>;
}
