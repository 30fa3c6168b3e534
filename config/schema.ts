import { z } from 'zod'

/** Every key of the configuration, with its default. The TOML files beside this one show the same. */

const port = z.int().min(0).max(65_535)

export const bootstrapSchema = z.strictObject({
  required_binaries: z.array(z.string().min(1)).default(['git']),
  repository: z.strictObject({ path: z.string().min(1).default('.') }).prefault({}),
  storage: z
    .strictObject({
      data_dir: z.string().min(1).default('.artifacts/data'),
      sqlite_path: z.string().min(1).default('.artifacts/data/metadata.db'),
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
