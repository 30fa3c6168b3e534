import { z } from 'zod'
import { appNamePattern } from '../../lib/app-name.ts'

/** What an app is called: in `config/apps.toml`, in the name of its origin, and wherever one is asked for. */
export const appName = z
  .string()
  .regex(
    new RegExp(`^${appNamePattern}$`),
    'expected a name such as files: small letters, digits and single hyphens',
  )

/** An app, or a port that a program of the session listens on. */
export const appReference = z
  .string()
  .regex(
    new RegExp(`^(?:${appNamePattern}|[1-9][0-9]{0,4})$`),
    'expected the name of an app such as files, or a port',
  )
  .refine(text => Number.isNaN(Number(text)) || Number(text) <= 65_535, 'expected a port up to 65535')

/** The port that it names; undefined where it names an app. */
export const portIn = (reference: string): number | undefined =>
  /^\d/.test(reference) ? Number(reference) : undefined
