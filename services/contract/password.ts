import { z } from 'zod'

/**
 * What may be a password, by NIST SP 800-63B: long enough, not one that is tried first, and no rule about kinds of
 * characters. Lengths count code points after NFKC, by which the same password is one however it was typed.
 */
export const shortestPassword = 12
export const longestPassword = 1_024
const fewestKinds = 5
/** How much has to be left of one without the name of its user. */
const shortestBesideName = 8

export const normalPassword = (password: string): string => password.normalize('NFKC')

/** Why a password is none to take; undefined where it is one. */
export function passwordFault(password: string): string | undefined {
  if (!password.isWellFormed()) return 'must be text: it has half of a surrogate pair'
  const characters = [...normalPassword(password)]
  if (characters.length < shortestPassword) return `must have at least ${shortestPassword} characters`
  if (characters.length > longestPassword) return `must have at most ${longestPassword} characters`
  if (new Set(characters).size < fewestKinds) return 'is the same few characters over and over'
  return isCommon(characters.join('')) ? 'is one that everybody tries first' : undefined
}

/** Whether a password is as good as told by the name of its user. */
export const resemblesName = (password: string, name: string): boolean =>
  [...normalPassword(password).toLowerCase().replaceAll(name.toLowerCase(), '')].length < shortestBesideName

export const resemblance = `must have at least ${shortestBesideName} characters besides the name`

/** A password as somebody chooses one. */
export const newPassword = z
  .string()
  .max(4 * longestPassword)
  .superRefine((password, context) => {
    const fault = passwordFault(password)
    if (fault !== undefined) context.addIssue({ code: 'custom', message: fault })
  })

/** A password as somebody types one: whatever the rules were when it was chosen. */
export const typedPassword = z
  .string()
  .min(1)
  .max(4 * longestPassword)

/** Of those that lists of leaked passwords have most often, the ones that are long enough; without what stands around. */
const common = new Set(
  [
    'password',
    'passwort',
    'qwertyuiop',
    'qwertyuiopasdf',
    'qwerty',
    'asdfghjkl',
    'zxcvbnm',
    'letmein',
    'welcome',
    'administrator',
    'changeme',
    'iloveyou',
    'football',
    'baseball',
    'princess',
    'sunshine',
    'superman',
    'trustno',
    'unknown',
    'debugserver',
    'correcthorsebatterystaple',
    'qazwsxedcrfv',
    'abcdefghijkl',
    ...[
      'monkey',
      'dragon',
      'shadow',
      'master',
      'michael',
      'jordan',
      'hunter',
      'charlie',
      'liverpool',
      'arsenal',
    ],
    ...[
      'computer',
      'internet',
      'starwars',
      'pokemon',
      'whatever',
      'hello',
      'secret',
      'login',
      'admin',
      'root',
      'test',
    ],
    ...[
      'user',
      'guest',
      'default',
      'server',
      'summer',
      'winter',
      'spring',
      'autumn',
      'january',
      'february',
      'march',
    ],
    ...[
      'april',
      'june',
      'july',
      'august',
      'september',
      'october',
      'november',
      'december',
      'monday',
      'friday',
    ],
  ].map(bare),
)

/** One of those once or twice, with digits and signs around it, or digits in a row. */
function isCommon(password: string): boolean {
  const core = bare(password)
  const half = core.slice(0, core.length / 2)
  if (core === '') return inARow(password)
  return common.has(core) || (core === half + half && common.has(half))
}

/** What a password is at heart: letters in lower case, with the usual signs for letters taken back. */
function bare(password: string): string {
  const signs: Readonly<Record<string, string>> = { '0': 'o', '@': 'a', $: 's', '3': 'e' }
  return password
    .toLowerCase()
    .replace(/^[^a-z@$]+|[^a-z]+$/g, '')
    .replaceAll(/[0@$3]/g, sign => signs[sign] ?? sign)
    .replaceAll(/[^\p{L}]/gu, '')
}

const inARow = (password: string): boolean =>
  '01234567890123456789'.includes(password.slice(0, 10)) ||
  '09876543210987654321'.includes(password.slice(0, 10))
