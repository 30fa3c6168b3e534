import type { Cost, Derive } from '../../../../services/api/sign-in/password-hash.ts'
import { Passwords } from '../../../../services/api/sign-in/passwords.ts'

/** scrypt that costs next to nothing, so that tests may hash as often as they like. */
export const cheap: Cost = { ln: 4, r: 8, p: 1 }

export const cheapPasswords = (derive?: Derive): Passwords =>
  new Passwords({ cost: cheap, ...(derive === undefined ? {} : { derive }) })
