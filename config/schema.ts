import { z } from 'zod'

/** Every key of the configuration, with its default. The TOML files beside this one show the same. */

const port = z.int().min(0).max(65_535)

export const bootstrapSchema = z.strictObject({
  required_binaries: z.array(z.string().min(1)).default(['git']),
  environment: z
    .strictObject({
      name: z.string().min(1).default('debug-server'),
      manager: z.enum(['auto', 'conda', 'venv', 'none']).default('auto'),
      python_version: z
        .string()
        .regex(/^\d+(?:\.\d+){0,2}$/, 'expected a version such as 3.11')
        .default('3.11'),
      /** The seed's: true means the manager `conda`, false `venv`. */
      use_conda: z.boolean().optional(),
      conda_command: z.string().min(1).default('conda'),
      conda_environment_file: z.string().min(1).default('config/environment.yml'),
      conda_install_path: z.string().min(1).default('.artifacts/miniconda3'),
      /** Empty: Miniconda's for this host's platform. */
      conda_installer_url: z.string().default(''),
      /** Empty: what is published beside the installer. */
      conda_installer_sha256: z
        .string()
        .regex(/^(?:[0-9a-fA-F]{64})?$/, 'expected a SHA-256: 64 hexadecimal digits')
        .default(''),
    })
    .prefault({}),
  repository: z
    .strictObject({
      path: z.string().min(1).default('.'),
      default_branch: z.string().min(1).default('main'),
      fetch_prune: z.boolean().default(true),
      submodules: z.boolean().default(false),
    })
    .prefault({}),
  storage: z
    .strictObject({
      data_dir: z.string().min(1).default('.artifacts/data'),
      sqlite_path: z.string().min(1).default('.artifacts/data/metadata.db'),
      minimum_free_megabytes: z.int().min(0).default(512),
    })
    .prefault({}),
  auth: z
    .strictObject({
      token_environment_variable: z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of an environment variable')
        .default('DEBUG_SERVER_TOKEN'),
    })
    .prefault({}),
})
export type BootstrapSettings = z.output<typeof bootstrapSchema>

export const serverSchema = z.strictObject({
  api: z.strictObject({ host: z.string().default('127.0.0.1'), port: port.default(8000) }).prefault({}),
  proxy: z.strictObject({ host: z.string().default('127.0.0.1'), port: port.default(9090) }).prefault({}),
  services: z.strictObject({ ready_seconds: z.number().positive().max(600).default(30) }).prefault({}),
  runner: z
    .strictObject({
      slots: z.int().min(1).max(1_000).default(8),
      grace_seconds: z.number().min(0).max(600).default(5),
      path: z.string().default(''),
    })
    .prefault({}),
  debug: z.strictObject({ sessions: z.int().min(1).max(1_000).default(16) }).prefault({}),
  repositories: z
    .strictObject({ schemes: z.array(z.enum(['https', 'ssh', 'git'])).default(['https', 'ssh', 'git']) })
    .prefault({}),
})
export type ServerSettings = z.output<typeof serverSchema>
