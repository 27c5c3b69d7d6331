/**
 * The commands of `davit`, their flags and their help. What a command does is loaded when it is called, so that the others start quickly.
 */
import { Argument, Command, CommanderError, Option } from 'commander';
import type { ConfigFlags } from './administer.ts';
import type { ApplyFlags } from './apply-command.ts';
import type { ShowConfigFlags } from './config-command.ts';
import type { DirectoryAddFlags, DirectoryListFlags, DirectoryRemoveFlags } from './directory-commands.ts';
import type { DiscoverFlags, DnsFlags } from './discovery-commands.ts';
import type { DomainAddFlags, DomainRemoveFlags, ListFlags } from './domain-commands.ts';
import { explain } from './explain.ts';
import type { ExportFlags } from './export-command.ts';
import type { GroupAddFlags } from './group-commands.ts';
import type { ImportFlags } from './import-command.ts';
import type { LockBreakFlags } from './lock-commands.ts';
import type { TenantSetFlags } from './tenant-commands.ts';
import type { Terminal } from './terminal.ts';
import type { PasswordFlags, UserAddFlags, UserListFlags, UserRemoveFlags } from './user-commands.ts';
import type { VerifyFlags } from './verify-command.ts';
import { version } from './version.ts';

/** All went well; what was asked for failed; the command line itself is wrong. */
const OK = 0;
const FAILED = 1;
const USAGE = 2;

/** Runs a command line and returns the exit code. Never rejects. */
export async function run(args: readonly string[], terminal: Terminal): Promise<number> {
  const outcome: Outcome = { code: OK };
  try {
    await program(terminal, outcome).parseAsync(args, { from: 'user' });
    return outcome.code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? OK : USAGE;
    terminal.error(explain(error, terminal.environment));
    return FAILED;
  }
}

interface Outcome {
  code: number;
}

function program(terminal: Terminal, outcome: Outcome): Command {
  const davit = new Command('davit')
    .description('Calendars and contacts for many domains: a CalDAV and CardDAV service.')
    .version(version(), '--version', 'print the version')
    .helpOption('--help', 'print this help; after a command, its own')
    .helpCommand(false)
    .configureHelp({ showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => terminal.out(text),
      writeErr: (text) => terminal.error(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'davit: ')),
      getOutHasColors: () => terminal.colour,
      getErrHasColors: () => terminal.colour,
    })
    .showSuggestionAfterError()
    .exitOverride();
  serving(davit, terminal);
  domains(davit, terminal);
  tenants(davit, terminal);
  users(davit, terminal);
  groups(davit, terminal);
  directories(davit, terminal, outcome);
  locks(davit, terminal);
  contents(davit, terminal, outcome);
  discovery(davit, terminal, outcome);
  davit.addHelpText('after', EXAMPLES);
  return davit;
}

const EXAMPLES = `
First steps:
  davit serve                        start on this machine, with a demo to try
  davit domain add example.com       then, for your own: a domain
  davit user add user@example.com    and a user
  davit dns example.com              the DNS records that let clients find it`;

const DATA = new Option('--data <dir>', 'the folder where everything is kept');
const CONFIG = new Option('--config <file>', 'the configuration file');
const HOST = new Option('--host <address>', 'the address to listen on');
const PORT = new Option('--port <number>', 'the port of HTTPS');
const JSON_OUT = new Option('--json', 'print JSON');
const YES = new Option('--yes', 'do not ask');
const PASSWORD_STDIN = new Option('--password-stdin', 'read the password from the first line of standard input');

function command(parent: Command, usage: string, description: string, ...options: readonly Option[]): Command {
  const made = parent.command(usage).description(description);
  for (const option of options) made.addOption(option);
  return made;
}

function serving(davit: Command, terminal: Terminal): void {
  command(davit, 'serve', 'start the service', DATA, CONFIG, HOST, PORT).action(async (flags: ConfigFlags) => {
    const { serve } = await import('./serve-command.ts');
    await serve(terminal, flags);
  });
  command(davit, 'demo', 'fill the data folder with a demo domain', DATA, CONFIG).action(async (flags: ConfigFlags) => {
    const { demo } = await import('./demo-command.ts');
    await demo(terminal, flags);
  });
  command(
    davit,
    'config',
    'print what is in force, and where it comes from',
    DATA,
    CONFIG,
    HOST,
    PORT,
    JSON_OUT,
  ).action(async (flags: ShowConfigFlags) => {
    const { showConfig } = await import('./config-command.ts');
    await showConfig(terminal, flags);
  });
  command(
    davit,
    'apply',
    'make tenants, domains, users and groups as a file declares them',
    DATA,
    CONFIG,
    YES,
    JSON_OUT,
  )
    .argument('<file>', 'TOML with [[tenant]], [[domain]], [[user]] and [[group]]')
    .option('--prune', 'remove what the file does not name')
    .option('--dry-run', 'say what would be done, and do nothing')
    .action(async (file: string, flags: ApplyFlags) => {
      const { apply } = await import('./apply-command.ts');
      await apply(terminal, file, flags);
    });
}

function domains(davit: Command, terminal: Terminal): void {
  const domain = davit.command('domain').description('add, list and remove domains').helpCommand(false);
  command(domain, 'add', 'add a domain', DATA, CONFIG)
    .argument('<domain>')
    .option('--tenant <name>', 'whose domain it is: users of one tenant may know of one another (default: the domain)')
    .action(async (name: string, flags: DomainAddFlags) => {
      const { domainAdd } = await import('./domain-commands.ts');
      await domainAdd(terminal, name, flags);
    });
  command(domain, 'list', 'list the domains', DATA, CONFIG, JSON_OUT).action(async (flags: ListFlags) => {
    const { domainList } = await import('./domain-commands.ts');
    await domainList(terminal, flags);
  });
  command(domain, 'remove', 'remove a domain', DATA, CONFIG, YES)
    .argument('<domain>')
    .option('--with-accounts', 'with its accounts and everything in them')
    .action(async (name: string, flags: DomainRemoveFlags) => {
      const { domainRemove } = await import('./domain-commands.ts');
      await domainRemove(terminal, name, flags);
    });
  const administrator = domain
    .command('administrator')
    .description('choose who holds every privilege on everything in a domain')
    .helpCommand(false);
  command(administrator, 'add', 'make a user, or the members of a group, administrators', DATA, CONFIG)
    .argument('<domain>')
    .argument('<address>', 'of the tenant of the domain')
    .action(async (name: string, address: string, flags: ConfigFlags) => {
      const { domainAdministrator } = await import('./domain-commands.ts');
      await domainAdministrator(terminal, name, address, flags, false);
    });
  command(administrator, 'remove', 'take that away again', DATA, CONFIG)
    .argument('<domain>')
    .argument('<address>')
    .action(async (name: string, address: string, flags: ConfigFlags) => {
      const { domainAdministrator } = await import('./domain-commands.ts');
      await domainAdministrator(terminal, name, address, flags, true);
    });
}

const DIRECTORY = new Option('--directory <policy>', 'everyone or acquaintances').makeOptionMandatory();

function tenants(davit: Command, terminal: Terminal): void {
  const tenant = davit
    .command('tenant')
    .description('choose what users of a tenant learn of one another')
    .helpCommand(false);
  const commands = () => import('./tenant-commands.ts');
  command(tenant, 'list', 'list tenants, their policies and their domains', DATA, CONFIG, JSON_OUT).action(
    async (flags: ListFlags) => (await commands()).tenantList(terminal, flags),
  );
  command(tenant, 'set', 'change the policy of a tenant', DATA, CONFIG, DIRECTORY)
    .argument('<name>', 'as davit tenant list shows it')
    .addHelpText('after', DIRECTORY_MEANS)
    .action(async (name: string, flags: TenantSetFlags) => (await commands()).tenantSet(terminal, name, flags));
}

const DIRECTORY_MEANS = `
Whom users can look up, in searches and lists of people:
  everyone       everybody of their tenant
  acquaintances  only those with whom they share something: a calendar, an address
                 book or a folder, a group, or that one acts for the other`;

function users(davit: Command, terminal: Terminal): void {
  const user = davit.command('user').description('add, list, change and remove users').helpCommand(false);
  const commands = () => import('./user-commands.ts');
  command(user, 'add', 'add a user', DATA, CONFIG)
    .argument('<address>', 'user@domain')
    .option('--name <name>', 'what the user is called')
    .option('--alias <address...>', 'further addresses of the user')
    .addOption(PASSWORD_STDIN)
    .option('--no-password', 'without a password for now')
    .action(async (address: string, flags: UserAddFlags) => (await commands()).userAdd(terminal, address, flags));
  command(user, 'list', 'list users and groups', DATA, CONFIG, JSON_OUT)
    .option('--domain <domain>', 'of this domain alone')
    .action(async (flags: UserListFlags) => (await commands()).userList(terminal, flags));
  command(user, 'passwd', 'set the password of a user', DATA, CONFIG, PASSWORD_STDIN)
    .argument('<address>')
    .action(async (address: string, flags: PasswordFlags) => (await commands()).userPasswd(terminal, address, flags));
  command(user, 'quota', 'show or set how much a user may hold', DATA, CONFIG, JSON_OUT)
    .argument('<address>')
    .argument('[size]', '500M or 2G, in powers of 1024; default for what everybody has; none for no bound')
    .action(async (address: string, size: string | undefined, flags: ListFlags) =>
      (await commands()).userQuota(terminal, address, size, flags),
    );
  command(user, 'birthdays', 'show or choose whether a user has a calendar of birthdays', DATA, CONFIG, JSON_OUT)
    .argument('<address>')
    .addArgument(
      new Argument('[state]', 'on makes it from the user’s own cards, off removes it').choices(['on', 'off']),
    )
    .action(async (address: string, state: string | undefined, flags: ListFlags) =>
      (await commands()).userBirthdays(terminal, address, state, flags),
    );
  command(user, 'directory', 'say which directories a user sees, show one or hide it', DATA, CONFIG, JSON_OUT)
    .argument('<address>')
    .argument('[name]', 'the directory')
    .argument('[choice]', 'shown or hidden')
    .action(async (address: string, name: string | undefined, choice: string | undefined, flags: ListFlags) => {
      const { userDirectory } = await import('./directory-commands.ts');
      await userDirectory(terminal, address, { name, choice }, flags);
    });
  command(user, 'disable', 'keep a user from logging in; nothing is removed', DATA, CONFIG)
    .argument('<address>')
    .action(async (address: string, flags: ConfigFlags) =>
      (await commands()).userState(terminal, address, flags, true),
    );
  command(user, 'enable', 'let a disabled user log in again', DATA, CONFIG)
    .argument('<address>')
    .action(async (address: string, flags: ConfigFlags) =>
      (await commands()).userState(terminal, address, flags, false),
    );
  command(user, 'remove', 'remove a user or group with everything in it', DATA, CONFIG, YES)
    .argument('<address>')
    .action(async (address: string, flags: UserRemoveFlags) => (await commands()).userRemove(terminal, address, flags));
}

function groups(davit: Command, terminal: Terminal): void {
  const group = davit.command('group').description('add, list and remove groups, and their members').helpCommand(false);
  const commands = () => import('./group-commands.ts');
  command(group, 'add', 'add a group', DATA, CONFIG)
    .argument('<address>', 'group@domain')
    .option('--name <name>', 'what the group is called')
    .option('--alias <address...>', 'further addresses of the group')
    .action(async (address: string, flags: GroupAddFlags) => (await commands()).groupAdd(terminal, address, flags));
  command(group, 'list', 'list groups with the number of their members', DATA, CONFIG, JSON_OUT)
    .option('--domain <domain>', 'of this domain alone')
    .action(async (flags: UserListFlags) => (await commands()).groupList(terminal, flags));
  command(group, 'remove', 'remove a group; its members stay', DATA, CONFIG, YES)
    .argument('<address>')
    .action(async (address: string, flags: UserRemoveFlags) =>
      (await commands()).groupRemove(terminal, address, flags),
    );
  const member = group.command('member').description('add, remove and list members of a group').helpCommand(false);
  command(member, 'add', 'add users or groups to a group', DATA, CONFIG)
    .argument('<group>')
    .argument('<address...>', 'users and groups of the same tenant')
    .action(async (address: string, members: readonly string[], flags: ConfigFlags) =>
      (await commands()).groupMemberChange(terminal, address, members, flags, false),
    );
  command(member, 'remove', 'take users or groups out of a group', DATA, CONFIG)
    .argument('<group>')
    .argument('<address...>')
    .action(async (address: string, members: readonly string[], flags: ConfigFlags) =>
      (await commands()).groupMemberChange(terminal, address, members, flags, true),
    );
  command(member, 'list', 'list those directly in a group', DATA, CONFIG, JSON_OUT)
    .argument('<group>')
    .action(async (address: string, flags: ListFlags) => (await commands()).groupMemberList(terminal, address, flags));
}

const TENANT = new Option('--tenant <name>', 'whose it is; may be left out where there is only one tenant');

function directories(davit: Command, terminal: Terminal, outcome: Outcome): void {
  const directory = davit
    .command('directory')
    .description('offer address books to all users of a tenant')
    .helpCommand(false);
  const commands = () => import('./directory-commands.ts');
  command(directory, 'add', 'add a directory, fill it and show it to everybody', DATA, CONFIG, TENANT)
    .argument('<name>', 'what it is called in URLs: company')
    .addOption(new Option('--from <source>', 'what fills it: principals are the users').choices(['principals', 'ldap']))
    .option('--title <title>', 'what users read')
    .option('--url <url>', 'LDAP: ldaps://ldap.example.com, or ldap:// for StartTLS')
    .option('--base <dn>', 'LDAP: where to search')
    .option('--filter <filter>', 'LDAP: what to search (default: people)')
    .option('--one-level', 'LDAP: right below the base only')
    .option('--bind-dn <dn>', 'LDAP: who logs in')
    .option('--password-file <file>', 'LDAP: the file whose first line is the password')
    .option('--ca-file <file>', 'LDAP: certificates to trust, as PEM, instead of the system’s')
    .option('--no-tls', 'LDAP: without TLS, on this machine alone')
    .option('--attribute <field=names...>', 'LDAP: take a field from other attributes: mobile=mobileTelephone,mobile')
    .action(async (name: string, flags: DirectoryAddFlags) => {
      if (!(await (await commands()).directoryAdd(terminal, name, flags))) outcome.code = FAILED;
    });
  command(directory, 'list', 'list directories, and how they fare', DATA, CONFIG, TENANT, JSON_OUT).action(
    async (flags: DirectoryListFlags) => (await commands()).directoryList(terminal, flags),
  );
  command(directory, 'sync', 'fill a directory now', DATA, CONFIG, TENANT, JSON_OUT)
    .argument('<name>')
    .action(async (name: string, flags: DirectoryListFlags) => {
      if (!(await (await commands()).directorySync(terminal, name, flags))) outcome.code = FAILED;
    });
  command(directory, 'remove', 'remove a directory, for everybody', DATA, CONFIG, TENANT, YES)
    .argument('<name>')
    .action(async (name: string, flags: DirectoryRemoveFlags) =>
      (await commands()).directoryRemove(terminal, name, flags),
    );
}

function locks(davit: Command, terminal: Terminal): void {
  const lock = davit.command('lock').description('see what is locked, and break locks').helpCommand(false);
  const commands = () => import('./lock-commands.ts');
  command(lock, 'list', 'list the locks in force', DATA, CONFIG, JSON_OUT)
    .argument('[address]', 'in what this user has')
    .action(async (address: string | undefined, flags: ListFlags) =>
      (await commands()).lockList(terminal, address, flags),
    );
  command(lock, 'break', 'end the locks on one resource, or one lock', DATA, CONFIG, YES)
    .argument('[path]', 'the path or URL of what is locked, as davit lock list shows it')
    .option('--token <token>', 'the one lock with this token')
    .action(async (path: string | undefined, flags: LockBreakFlags) =>
      (await commands()).lockBreak(terminal, path, flags),
    );
}

const CALENDAR = new Option('--calendar <name>', 'the calendar, by its name or the one in its URL');
const ADDRESSBOOK = new Option('--addressbook <name>', 'the address book');

function contents(davit: Command, terminal: Terminal, outcome: Outcome): void {
  command(davit, 'import', 'import calendars and contacts of a user', DATA, CONFIG, CALENDAR, ADDRESSBOOK, JSON_OUT)
    .argument('<address>', 'whose')
    .argument('<file...>', '.ics and .vcf files, folders of them, or - for standard input')
    .option('--create', 'make the calendar or address book if there is none')
    .option('--replace', 'replace what is there with the same UID and another content')
    .option('--skip', 'leave it as it is')
    .option('--rejects <file>', 'write what is rejected into this new file')
    .option('--dry-run', 'say what would be done, and do nothing')
    .action(async (address: string, files: readonly string[], flags: ImportFlags) => {
      const { importCommand } = await import('./import-command.ts');
      if (!(await importCommand(terminal, address, files, flags))) outcome.code = FAILED;
    });
  command(davit, 'export', 'export calendars and contacts of a user', DATA, CONFIG, CALENDAR, ADDRESSBOOK)
    .argument('<address>', 'whose')
    .option('--all', 'all calendars and address books, each into a file of its own')
    .option('--output <path>', 'the file, or with --all the folder (default: standard output; the address)')
    .option('--force', 'replace files that are there')
    .action(async (address: string, flags: ExportFlags) => {
      const { exportCommand } = await import('./export-command.ts');
      if (!(await exportCommand(terminal, address, flags))) outcome.code = FAILED;
    });
  command(davit, 'verify', 'look for faults in what is stored; nothing is changed', DATA, CONFIG, JSON_OUT)
    .argument('[address]', 'in what this user has (default: everybody)')
    .action(async (address: string | undefined, flags: VerifyFlags) => {
      const { verifyCommand } = await import('./verify-command.ts');
      if (!(await verifyCommand(terminal, address, flags))) outcome.code = FAILED;
    });
}

function discovery(davit: Command, terminal: Terminal, outcome: Outcome): void {
  command(davit, 'dns', 'print the DNS records that let clients find the service', CONFIG, JSON_OUT)
    .argument('<domain>', 'the part of addresses after the @')
    .option('--host <name>', 'the host name of the service (default: of public_url)')
    .option('--port <number>', 'its port (default: of public_url, or the one configured)')
    .option('--ttl <seconds>', 'how long the records may be kept')
    .action(async (domain: string, flags: DnsFlags) => {
      const { dns } = await import('./discovery-commands.ts');
      await dns(terminal, domain, flags);
    });
  command(davit, 'discover', 'find the service of an address as a client does, and check it', PASSWORD_STDIN, JSON_OUT)
    .argument('<address>', 'user@domain')
    .option('--resolver <ip:port>', 'the name server to ask')
    .option('--ca <file>', 'certificates in PEM that are believed too')
    .option('--insecure', 'go on with a certificate that is not believed')
    .option('--no-ask-password', 'do not ask for a password')
    .action(async (address: string, flags: DiscoverFlags) => {
      const { discover } = await import('./discovery-commands.ts');
      if (!(await discover(terminal, address, flags))) outcome.code = FAILED;
    });
}
