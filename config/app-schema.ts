import { z } from 'zod'
import { appNamePattern } from '../lib/app-name.ts'

/** What stands in braces in the words of an app, and is filled in where it is launched. */
export const appPlaceholders = [
  'socket',
  'port',
  'worktree',
  'session',
  'node',
  'programs',
  'opencode',
] as const
export type AppPlaceholder = (typeof appPlaceholders)[number]

const seconds = z.number().min(0).max(31_536_000)
const word = z
  .string()
  .regex(/^[^\0]*$/)
  .superRefine((text, context) => {
    for (const [whole, name] of text.matchAll(/\{([a-z_]+)\}/g))
      if (!appPlaceholders.some(known => known === name))
        context.addIssue(
          `${whole} is filled in by nothing: ${appPlaceholders.map(known => `{${known}}`).join(', ')} are`,
        )
  })

/** What one table `[apps.NAME]` may hold, each key of it by itself. */
export const appTable = z.strictObject({
  command: z.tuple([word.min(1)], word),
  ready: z
    .string()
    .regex(/^(?:\/[\x21-\x7e]*)?$/, 'expected a path such as "/", or nothing')
    .default(''),
  ready_seconds: seconds.min(1).max(3_600).default(30),
  idle_seconds: seconds.default(900),
  environment: z
    .record(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'expected the name of a variable'), word)
    .default({}),
  enabled: z.boolean().default(true),
})

const listens = (text: string) => /\{(?:socket|port)\}/.test(text)

export const appSchema = appTable.superRefine(({ command, environment }, context) => {
  const words = [...command, ...Object.values(environment)]
  const ways = new Set(words.filter(listens).flatMap(text => text.match(/\{(?:socket|port)\}/g) ?? []))
  if (ways.size !== 1)
    context.addIssue({
      code: 'custom',
      path: ['command'],
      message: `expected {socket} or {port} in it${ways.size === 0 ? '' : ', not both'}: where it is to listen`,
    })
})
export type AppSettings = z.output<typeof appSchema>

export const appNameExpression = new RegExp(`^${appNamePattern}$`)
