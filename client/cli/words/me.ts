import { visible } from '../../../lib/visible.ts'
import { oneCall } from '../one-call.ts'
import { renderUser } from '../render/user.ts'
import { ifMatchFlag, versionedCall } from '../versioned-call.ts'
import type { Words } from './words.ts'

export const meShow: Words<'me.get'> = {
  path: ['me', 'show'],
  examples: ['', '--json'],
  act: versionedCall('me.get', renderUser),
}

export const meUpdate: Words<'me.update'> = {
  path: ['me', 'update'],
  flags: { display_name: { value: 'TEXT' } },
  extras: [ifMatchFlag],
  examples: ['--display-name "Maria M."', '--display-name ""'],
  act: versionedCall('me.update', renderUser),
}

export const mePassword: Words<'me.password'> = {
  path: ['me', 'password'],
  flags: {
    old_password: { value: 'FILE', read: 'secret', default: '-' },
    password: { value: 'FILE', read: 'new secret', default: '-' },
  },
  examples: ['', '--old-password old.txt --password -'],
  act: oneCall(
    'me.password',
    ({ name }) => `the password of ${visible(name)} is another one: sign in anew\n`,
  ),
}
