import { z } from 'zod'
import { isAddressRange } from '../lib/ip-address.ts'

/**
 * Every key of the configuration, with its default. The TOML files beside this one show the same. What an error says of
 * a key is made from its type, or is the description in its metadata.
 */
declare module 'zod' {
  interface GlobalMeta {
    /** Never shown; `wrong`: not shown where it is not valid, for then it may be a secret that was put there by mistake. */
    secret?: boolean | 'wrong'
    /** Variables in it are expanded; a `path` is meant from the workspace. */
    expand?: 'path' | 'text'
  }
}

const port = z.int().min(0).max(65_535)
/** As long as a session may live: see `lifeSeconds` of the contract. */
const seconds = z
  .int()
  .min(0)
  .max(10 * 366 * 86_400)
const path = z.string().min(1).meta({ expand: 'path' })

/** With `*.` in front: whatever is below it. */
const hostName = /^(?:\*\.)?[a-z\d-]+(?:\.[a-z\d-]+)*$/i

/** As browsers write one: scheme, host, and the port where it is not the scheme's own. */
const isOrigin = (text: string): boolean =>
  /^https?:/.test(text) && URL.canParse(text) && new URL(text).origin === text

export const bootstrapSchema = z.strictObject({
  required_binaries: z.array(z.string().min(1)).default(['git']),
  environment: z
    .strictObject({
      // It becomes a directory, which may be removed as a whole; those with a dot in front are ours.
      name: z
        .string()
        .regex(/^[A-Za-z0-9_][\w.-]*$/)
        .meta({
          description: 'the name of a directory: letters, digits, ".", "_" and "-", and no "." in front',
        })
        .default('debug-server'),
      manager: z.enum(['auto', 'conda', 'venv', 'none']).default('auto'),
      python_version: z
        .string()
        .regex(/^\d+(?:\.\d+){0,2}$/)
        .meta({ description: 'a version such as "3.11", in quotes' })
        .default('3.11'),
      /** The seed's: true means the manager `conda`, false `venv`. */
      use_conda: z.boolean().optional(),
      conda_command: z.string().min(1).meta({ expand: 'text' }).default('conda'),
      conda_environment_file: path.default('config/environment.yml'),
      conda_install_path: path.default('.artifacts/miniconda3'),
      /** Empty: Miniconda's for this host's platform. */
      conda_installer_url: z
        .string()
        .regex(/^(?:https?:\/\/\S+)?$/)
        .meta({ description: 'an address that begins with https://, or nothing' })
        .default(''),
      /** Empty: what is published beside the installer. */
      conda_installer_sha256: z
        .string()
        .regex(/^(?:[0-9a-fA-F]{64})?$/)
        .meta({ description: 'a SHA-256, which is 64 hexadecimal digits, or nothing' })
        .default(''),
    })
    .prefault({}),
  repository: z
    .strictObject({
      path: path.default('.'),
      default_branch: z.string().min(1).default('main'),
      fetch_prune: z.boolean().default(true),
      submodules: z.boolean().default(false),
    })
    .prefault({}),
  storage: z
    .strictObject({
      data_dir: path.default('.artifacts/data'),
      sqlite_path: path.default('.artifacts/data/metadata.db'),
      minimum_free_megabytes: z.int().min(0).default(512),
    })
    .prefault({}),
  auth: z
    .strictObject({
      token_environment_variable: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
        .meta({ description: 'the name of an environment variable, not the token itself', secret: 'wrong' })
        .default('DEBUG_SERVER_TOKEN'),
    })
    .prefault({}),
})
export type BootstrapSettings = z.output<typeof bootstrapSchema>

export const serverSchema = z.strictObject({
  api: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: port.default(8000),
      allowed_origins: z
        .array(z.string().refine(isOrigin))
        .meta({ description: 'web origins such as ["https://dash.example.org"]' })
        .default([]),
      requests_per_minute: z.int().min(0).default(120_000),
      anonymous_per_minute: z.int().min(0).default(30_000),
      connections: z.int().min(1).max(1_000_000).default(10_000),
    })
    .prefault({}),
  proxy: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: port.default(9090),
      trusted_proxies: z
        .array(z.string().refine(isAddressRange))
        .meta({ description: 'addresses and ranges such as ["192.0.2.7", "10.0.0.0/8", "2001:db8::/32"]' })
        .default([]),
      connections: z.int().min(1).max(1_000_000).default(10_000),
      address_share: z
        .number()
        .gt(0)
        .max(1)
        .meta({ description: 'a part of connections, such as 0.5' })
        .default(0.5),
      body_limit: z.int().min(0).default(1_073_741_824),
      app_origins: z
        .string()
        .regex(/^(?:https?:\/\/\*\.[a-z0-9-]+(?:\.[a-z0-9-]+)*(?::\d{1,5})?)?$/)
        .meta({ description: 'an origin such as "https://*.apps.example.org", or nothing' })
        .default(''),
      hosts: z
        .array(z.string().regex(hostName))
        .meta({ description: 'names such as ["dash.example.org", "*.apps.example.org"]' })
        .default([]),
      tls: z
        .strictObject({
          certificate: z.string().meta({ expand: 'path' }).default(''),
          key: z.string().meta({ expand: 'path' }).default(''),
          host: z.string().min(1).default('127.0.0.1'),
          port: port.default(9443),
        })
        .prefault({}),
    })
    .prefault({}),
  services: z.strictObject({ ready_seconds: z.number().positive().max(600).default(30) }).prefault({}),
  runner: z
    .strictObject({
      slots: z.int().min(1).max(1_000).default(8),
      grace_seconds: z.number().min(0).max(600).default(5),
      path: z.string().meta({ expand: 'text' }).default(''),
      sandbox: z.enum(['auto', 'bubblewrap', 'none']).default('auto'),
      sandbox_visible: z.array(path).default([]),
      cgroups: z.enum(['auto', 'none']).default('auto'),
      memory_limit: z.int().min(0).default(0),
      process_limit: z.int().min(0).default(0),
      file_size_limit: z.int().min(0).default(0),
      output_limit: z.int().min(1).default(1_073_741_824),
      output_limit_most: z.int().min(1).default(10_737_418_240),
    })
    .prefault({}),
  sessions: z
    .strictObject({
      ttl_seconds: seconds.default(0),
      max_ttl_seconds: seconds.default(0),
      idle_seconds: seconds.default(86_400),
      max_idle_seconds: seconds.default(0),
      per_owner: z.int().min(1).max(100_000).default(50),
      retain_days: z.number().min(0).max(3_660).default(7),
      submodules: z.enum(['none', 'top', 'recursive']).default('recursive'),
    })
    .prefault({}),
  environments: z
    .strictObject({
      default: z
        .array(z.enum(['auto', 'none', 'conda', 'pip', 'uv', 'npm', 'pnpm', 'yarn', 'cargo', 'go']))
        .min(1)
        .refine(given => given.length === 1 || !given.some(one => one === 'auto' || one === 'none'))
        .meta({ description: '["auto"], ["none"], or managers such as ["pip", "npm"]' })
        .default(['none']),
      build_seconds: z.number().positive().max(86_400).default(1_800),
      keep: z.int().min(0).default(50),
      total_bytes: z.int().min(0).default(21_474_836_480),
    })
    .prefault({}),
  worktrees: z
    .strictObject({
      keep: z.int().min(0).max(10_000).default(16),
      total_bytes: z.int().min(0).default(21_474_836_480),
    })
    .prefault({}),
  streams: z
    .strictObject({
      per_user: z.int().min(1).max(1_000_000).default(1_000),
      slow_reader_seconds: z.number().min(1).max(3_600).default(60),
      ping_seconds: z.number().min(1).max(3_600).default(30),
    })
    .prefault({}),
  tunnels: z
    .strictObject({
      per_session: z.int().min(0).max(256).default(16),
      max_bytes: z.int().min(0).default(10_737_418_240),
      idle_seconds: z.number().min(0).max(604_800).default(3_600),
      ttl_seconds: z.number().min(0).max(604_800).default(28_800),
    })
    .prefault({}),
  debug: z
    .strictObject({
      sessions: z.int().min(1).max(1_000).default(16),
      record_bytes: z.int().min(65_536).max(1_073_741_824).default(16_777_216),
    })
    .prefault({}),
  artifacts: z
    .strictObject({
      max_files: z.int().min(0).max(100_000).default(1_000),
      max_bytes: z.int().min(0).default(1_073_741_824),
      retain_days: z.number().min(0).max(36_500).default(30),
      total_bytes: z.int().min(0).default(21_474_836_480),
    })
    .prefault({}),
  logs: z
    .strictObject({
      compress_after_hours: z.number().min(0).max(87_840).default(24),
      retain_days: z.number().min(0).max(36_500).default(30),
      session_bytes: z.int().min(0).default(0),
      total_bytes: z.int().min(0).default(21_474_836_480),
    })
    .prefault({}),
  repositories: z
    .strictObject({
      schemes: z.array(z.enum(['https', 'ssh', 'git'])).default(['https', 'ssh', 'git']),
      credential_helper: z
        .string()
        .regex(/^[^\0\n]*$/)
        .meta({ description: 'a value of git\'s credential.helper, such as "cache"' })
        .default(''),
      credentials: z
        .array(
          z.strictObject({
            host: z.string().regex(/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/),
            username: z.string().regex(/^[\x21-\x39\x3b-\x7e]+$/),
            token_file: z.string().regex(/^~?\/[^\0\n$]+$/),
          }),
        )
        .meta({
          description:
            'tables [[repositories.credentials]] with host ("git.example.org"), username and token_file (an absolute path, or ~/…)',
        })
        .default([]),
      fetch_every_seconds: z.int().min(0).max(2_592_000).default(300),
    })
    .prefault({}),
})
export type ServerSettings = z.output<typeof serverSchema>

/** How long a phase of `task smoke` may take. */
const deadline = z.int().min(1).max(86_400)

export const smokeSchema = z.strictObject({
  smoke: z
    .strictObject({
      lowest_port: z.int().min(1_024).max(65_535).default(18_000),
      highest_port: z.int().min(1_024).max(65_535).default(20_000),
      keep_evidence: z.int().min(1).max(100_000).default(20),
      seconds: z
        .strictObject({
          clone: deadline.default(300),
          install: deadline.default(900),
          bootstrap: deadline.default(900),
          bundle: deadline.default(120),
          ready: deadline.default(60),
          structural: deadline.default(900),
          stage: deadline.default(180),
          full: deadline.default(7_200),
          verify: deadline.default(180),
          down: deadline.default(120),
        })
        .prefault({}),
    })
    .prefault({}),
})
export type SmokeSettings = z.output<typeof smokeSchema>

/** Each is a file `config/NAME.toml`. No two of them have a section or a key at the top in common. */
export const documents = { bootstrap: bootstrapSchema, server: serverSchema, smoke: smokeSchema }
export type DocumentName = keyof typeof documents
export const documentNames: readonly DocumentName[] = ['bootstrap', 'server', 'smoke']
