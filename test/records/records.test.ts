// The records over SQLite do what every store must.
import { describeRecords } from '../conformance/records-suite';
import { temporaryDatabase } from './temporary-database';

describeRecords('SQLite', temporaryDatabase);
