import { tmpdir } from 'node:os'
import { join } from 'node:path'
import t from 'tap'
import { networkFileSystem, placeOf } from '../../../tasks/bootstrap/file-system.ts'
import { nearestExisting, requireUsablePlace } from '../../../tasks/bootstrap/storage-place.ts'

const place = { path: '/srv/data', type: 0xef53, mounts: '', kernel: '6.1.0-generic' }
const fuse = 0x65735546
const mounts = `22 1 254:0 / / rw,relatime - ext4 /dev/vda rw
40 22 0:30 / /srv rw - fuse.sshfs me@host:/srv rw
41 40 0:31 / /srv/local\\040disk rw - fuseblk /dev/sdb1 rw
`

t.test('a store may lie on a disk of this machine, and on no other', async t => {
  const cases: [string, Partial<typeof place>, string | undefined][] = [
    ['ext4', {}, undefined],
    ['tmpfs', { type: 0x01021994 }, undefined],
    ['overlay', { type: 0x794c7630 }, undefined],
    ['nfs', { type: 0x6969 }, 'a network file system (NFS)'],
    ['smb', { type: 0xfe534d42 }, 'a network file system (SMB)'],
    ['cifs, with the sign that statfs may give it', { type: 0xff534d42 | 0 }, 'a network file system (CIFS)'],
    ['9p', { type: 0x01021997 }, 'a network file system (9p)'],
    ['sshfs', { type: fuse, mounts }, 'a network file system (fuse.sshfs)'],
    ['a local disk through FUSE', { type: fuse, mounts, path: '/srv/local disk/data' }, undefined],
    ['FUSE that nothing is known of', { type: fuse }, undefined],
    ['a Windows drive', { path: '/mnt/c/work', kernel: '5.15.1-microsoft-standard-WSL2' }, 'a Windows drive'],
    ['its own disk in WSL', { kernel: '5.15.1-microsoft-standard-WSL2' }, undefined],
    ['the same name elsewhere', { path: '/mnt/c/work' }, undefined],
  ]
  for (const [name, changes, expected] of cases)
    t.equal(networkFileSystem({ ...place, ...changes }), expected, name)
})

t.test('the nearest directory that is there is asked; a refusal says what to do', async t => {
  const here = join(tmpdir(), 'not', 'there', 'yet')
  t.equal(nearestExisting(here), tmpdir())
  t.equal(placeOf(tmpdir()).path, tmpdir())
  t.doesNotThrow(() => requireUsablePlace(here))
  t.throws(() => requireUsablePlace(here, path => ({ ...place, path, type: 0x6969 })), {
    name: 'UserError',
    message: /^the store cannot be kept in .*not\/there\/yet, which is on a network file system \(NFS\)/,
    fix: /a disk of this machine/,
  })
})
