/**
 * PostgreSQL keeps the storage contract; and what only a server can show.
 */
import { after } from 'node:test';
import { openPostgresStore } from '../../src/store/postgres/database.ts';
import { missingPostgres, startPostgres } from '../support/postgres.ts';
import { storeContract } from './store.contract.ts';

const skip = missingPostgres();
const cluster = skip === undefined ? await startPostgres() : undefined;
after(() => cluster?.stop());

for (const rehearse of [false, true]) {
  const place = async () => {
    const connection = (await cluster?.database()) ?? '';
    return { open: () => openPostgresStore({ connection, rehearse, poolSize: 4, preparedStatements: !rehearse }) };
  };
  storeContract(rehearse ? 'PostgreSQL, every work run twice,' : 'PostgreSQL', place, { skip });
}
