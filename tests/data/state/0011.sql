BEGIN TRANSACTION;
CREATE TABLE categories (
	channel VARCHAR(120) NOT NULL, 
	id VARCHAR(120) NOT NULL, 
	chosen VARCHAR(32) DEFAULT '' NOT NULL, 
	body TEXT NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (channel, id, chosen)
);
CREATE TABLE channels (
	channel VARCHAR(120) NOT NULL, 
	revision INTEGER DEFAULT '0' NOT NULL, 
	shop TEXT DEFAULT '{}' NOT NULL, identity TEXT DEFAULT '{}' NOT NULL, contact TEXT DEFAULT '{}' NOT NULL, denied TEXT DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (channel)
);
INSERT INTO "channels" VALUES('tmall-cn',1,'{"region":"CN"}','{}','{}','{}');
CREATE TABLE documents (
	digest VARCHAR(32) NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (digest)
);
INSERT INTO "documents" VALUES('be18b5efb0ecfcbd41e93c1f36a2426d','{"title":"강원 → 山药","weight":0.1000000000000000055511,"lines":[1,null],"key":"SBG-001"}');
INSERT INTO "documents" VALUES('324f108828b1a75639c5109847d348be','{"title":"강원 → 山药","weight":0.1000000000000000055511,"lines":[1,null],"key":"SBG-002"}');
CREATE TABLE files (
	sha256 VARCHAR(64) NOT NULL, 
	path TEXT NOT NULL, 
	type VARCHAR(120) NOT NULL, 
	bytes BIGINT NOT NULL, 
	name TEXT NOT NULL, 
	PRIMARY KEY (sha256)
);
CREATE TABLE journal (
	seq INTEGER NOT NULL, 
	operation VARCHAR(32) NOT NULL, 
	step INTEGER NOT NULL, 
	effect VARCHAR(4) NOT NULL, 
	state VARCHAR(120) NOT NULL, 
	request TEXT NOT NULL, 
	digest VARCHAR(32) NOT NULL, 
	answer TEXT DEFAULT '' NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	answered VARCHAR(40), 
	PRIMARY KEY (seq)
);
INSERT INTO "journal" VALUES(1,'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',0,'once','intended','{"path":"/add"}','dddddddddddddddddddddddddddddddd','','2026-11-23T09:30:01.000000+00:00',NULL);
CREATE TABLE leases (
	name VARCHAR(120) NOT NULL, 
	owner VARCHAR(120) NOT NULL, 
	fence INTEGER NOT NULL, 
	since VARCHAR(40) NOT NULL, 
	until VARCHAR(40) NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "leases" VALUES('channel:tmall-cn','first@host',1,'2026-11-23T09:30:00.000000+00:00','2026-11-23T09:31:00.000000+00:00');
CREATE TABLE listings (
	channel VARCHAR(120) NOT NULL, 
	"key" VARCHAR(190) NOT NULL, 
	input VARCHAR(32) DEFAULT '' NOT NULL, 
	causes TEXT DEFAULT '{}' NOT NULL, 
	title TEXT DEFAULT '' NOT NULL, 
	want VARCHAR(32) DEFAULT '' NOT NULL, 
	want_shown BOOLEAN DEFAULT false NOT NULL, 
	want_skus VARCHAR(32) DEFAULT '' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	issues TEXT DEFAULT '[]' NOT NULL, 
	held BOOLEAN DEFAULT false NOT NULL, 
	have VARCHAR(32) DEFAULT '' NOT NULL, 
	have_shown VARCHAR(1) DEFAULT '' NOT NULL, 
	have_skus VARCHAR(32) DEFAULT '' NOT NULL, 
	have_causes TEXT DEFAULT '{}' NOT NULL, 
	ref TEXT, 
	made BOOLEAN DEFAULT false NOT NULL, 
	status VARCHAR(120) DEFAULT 'unknown' NOT NULL, 
	remarks TEXT DEFAULT '[]' NOT NULL, 
	ticket TEXT, 
	asked VARCHAR(32) DEFAULT '' NOT NULL, 
	asked_at VARCHAR(40), 
	token VARCHAR(32) DEFAULT '' NOT NULL, 
	doubt VARCHAR(40), 
	unsettled VARCHAR(40), 
	parked TEXT DEFAULT '' NOT NULL, 
	refused VARCHAR(32) DEFAULT '' NOT NULL, 
	changed_at VARCHAR(40), category VARCHAR(190) DEFAULT '' NOT NULL, ending TEXT DEFAULT '' NOT NULL, seen TEXT DEFAULT '{}' NOT NULL, token_at VARCHAR(40), named TEXT DEFAULT '[]' NOT NULL, 
	PRIMARY KEY (channel, "key")
);
INSERT INTO "listings" VALUES('tmall-cn','SBG-001','11111111111111111111111111111111','{"catalog":"a","rate":"b"}','title of SBG-001','be18b5efb0ecfcbd41e93c1f36a2426d',1,'4d92629ccf3b836f8ffb105a711b3918','','[{"code":"price.rate_expired","path":"SBG-001/price","message":"the rate of 2026-11-01 is too old","hint":"fetch it"},{"code":"text.stale","path":"SBG-001/title","message":"made from an older text","severity":"warning","at":"products.csv:7:3"}]',0,'be18b5efb0ecfcbd41e93c1f36a2426d','+','4d92629ccf3b836f8ffb105a711b3918','{}','{"listing":"9007199254740993","skus":{"SBG-001-30":"7","SBG-001-50":"7"}}',1,'live','[]',NULL,'',NULL,'',NULL,NULL,'','','2026-11-23T09:30:00.000000+00:00','','','{}',NULL,'[]');
INSERT INTO "listings" VALUES('tmall-cn','SBG-002','11111111111111111111111111111111','{"catalog":"a","rate":"b"}','title of SBG-002','324f108828b1a75639c5109847d348be',1,'7dda14c41f3479f0b301b0ec8ed48cbe','','[]',0,'','','','{}',NULL,0,'unknown','[]',NULL,'',NULL,'cccccccccccccccccccccccccccccccc','2026-11-23T09:30:02.000000+00:00',NULL,'','',NULL,'','','{}','2026-11-23T09:30:00.000000+00:00','["SBG-002-1"]');
CREATE TABLE media (
	channel VARCHAR(120) NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	role VARCHAR(120) NOT NULL, 
	value TEXT NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (channel, sha256, role)
);
INSERT INTO "media" VALUES('tmall-cn','aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','main','https://img.example/1.jpg','2026-11-23T09:30:00.000000+00:00');
CREATE TABLE offers (
	channel VARCHAR(120) NOT NULL, 
	sku VARCHAR(190) NOT NULL, 
	"key" VARCHAR(190) NOT NULL, 
	want_prices TEXT DEFAULT '' NOT NULL, 
	want_stock TEXT DEFAULT '' NOT NULL, 
	have_prices TEXT DEFAULT '' NOT NULL, 
	have_stock TEXT DEFAULT '' NOT NULL, 
	refused TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (channel, sku)
);
INSERT INTO "offers" VALUES('tmall-cn','SBG-001-30','SBG-001','{"CN":{"sale":{"amount":"219.00","currency":"CNY"}}}','240','{"CN":{"sale":{"amount":"219.00","currency":"CNY"}}}','240','');
INSERT INTO "offers" VALUES('tmall-cn','SBG-001-50','SBG-001','{"CN":{"sale":{"amount":"219.00","currency":"CNY"}}}','240','{"CN":{"sale":{"amount":"219.00","currency":"CNY"}}}','240','');
INSERT INTO "offers" VALUES('tmall-cn','SBG-002-1','SBG-002','{"CN":{"sale":{"amount":"219.00","currency":"CNY"}}}','240','','','');
CREATE TABLE operations (
	id VARCHAR(32) NOT NULL, 
	channel VARCHAR(120) NOT NULL, 
	"key" VARCHAR(190) NOT NULL, 
	kind VARCHAR(120) NOT NULL, 
	skus TEXT DEFAULT '[]' NOT NULL, 
	input TEXT NOT NULL, 
	state VARCHAR(120) NOT NULL, 
	fault TEXT DEFAULT '' NOT NULL, 
	fence INTEGER NOT NULL, 
	run VARCHAR(32) NOT NULL, 
	began VARCHAR(40) NOT NULL, 
	ended VARCHAR(40), 
	PRIMARY KEY (id)
);
INSERT INTO "operations" VALUES('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','tmall-cn','SBG-002','create','["SBG-002-1"]','{"want":"","price":219.00}','running','',1,'rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr','2026-11-23T09:30:00.000000+00:00',NULL);
CREATE TABLE rates (
	seq INTEGER NOT NULL, 
	channel VARCHAR(120) DEFAULT '' NOT NULL, 
	event VARCHAR(120) NOT NULL, 
	snapshot VARCHAR(64) NOT NULL, 
	details TEXT DEFAULT '{}' NOT NULL, 
	reason TEXT DEFAULT '' NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (seq)
);
INSERT INTO "rates" VALUES(1,'','collected','55555555555555555555555555555555','{}','','2026-11-23T09:30:00.000000+00:00');
INSERT INTO "rates" VALUES(2,'tmall-cn','pinned','55555555555555555555555555555555','{}','fair week','2026-11-23T09:30:01.000000+00:00');
CREATE TABLE runs (
	id VARCHAR(32) NOT NULL, 
	channel VARCHAR(120) NOT NULL, 
	began VARCHAR(40) NOT NULL, 
	ended VARCHAR(40), 
	reasons TEXT DEFAULT '{}' NOT NULL, 
	summary TEXT DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "runs" VALUES('rrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrr','tmall-cn','2026-11-23T09:30:00.000000+00:00',NULL,'{"price swing":"sale"}','{}');
CREATE TABLE sharers (
	scope VARCHAR(190) NOT NULL, 
	owner VARCHAR(120) NOT NULL, 
	until VARCHAR(40) NOT NULL, 
	PRIMARY KEY (scope, owner)
);
INSERT INTO "sharers" VALUES('app:tmall/1','first@host','2026-11-23T09:31:00.000000+00:00');
CREATE TABLE sightings (
	product VARCHAR(190) NOT NULL, 
	locale VARCHAR(120) NOT NULL, 
	fingerprint VARCHAR(32) NOT NULL, 
	seen TEXT DEFAULT '{}' NOT NULL, 
	stale TEXT DEFAULT '{}' NOT NULL, 
	PRIMARY KEY (product, locale)
);
INSERT INTO "sightings" VALUES('SBG-004','vi','e9ea25e0015ba9ad35f7fa2d43748ad0','{"title":{"4cd6b4945246750e":"보습 크림"}}','{}');
CREATE TABLE snapshots (
	id VARCHAR(64) NOT NULL, 
	body TEXT NOT NULL, 
	at VARCHAR(40) NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "snapshots" VALUES('55555555555555555555555555555555','{"id":"55555555555555555555555555555555","kind":"live","rates":[]}','2026-11-23T09:30:00.000000+00:00');
CREATE TABLE spent (
	engine VARCHAR(120) NOT NULL, 
	day VARCHAR(120) NOT NULL, 
	characters BIGINT NOT NULL, 
	PRIMARY KEY (engine, day)
);
INSERT INTO "spent" VALUES('papago','2026-11-23',1200);
CREATE TABLE storesync_schema (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT storesync_schema_pkc PRIMARY KEY (version_num)
);
INSERT INTO "storesync_schema" VALUES('0011');
CREATE TABLE "texts" (
	source VARCHAR(32) NOT NULL, 
	source_locale VARCHAR(120) NOT NULL, 
	target_locale VARCHAR(120) NOT NULL, 
	field VARCHAR(120) NOT NULL, 
	glossary VARCHAR(32) DEFAULT '' NOT NULL, 
	own_place VARCHAR(190) DEFAULT '' NOT NULL, 
	source_text TEXT NOT NULL, 
	text TEXT NOT NULL, 
	state VARCHAR(120) NOT NULL, 
	"by" VARCHAR(120) DEFAULT '' NOT NULL, 
	place VARCHAR(190) DEFAULT '' NOT NULL, 
	locked BOOLEAN DEFAULT false NOT NULL, 
	note TEXT DEFAULT '' NOT NULL, 
	at VARCHAR(40) NOT NULL, "instead" VARCHAR(32) DEFAULT '' NOT NULL, 
	PRIMARY KEY (source, source_locale, target_locale, field, glossary, own_place)
);
INSERT INTO "texts" VALUES('bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb','ko','vi','title','','SBG-004/title','보습 크림','Kem dưỡng ẩm','reviewed','Kim','SBG-004/title',0,'','2026-11-23T09:30:00.000000+00:00','');
CREATE TABLE tokens (
	account VARCHAR(120) NOT NULL, 
	version INTEGER NOT NULL, 
	base VARCHAR(32) NOT NULL, 
	body TEXT NOT NULL, 
	expires VARCHAR(40), 
	at VARCHAR(40) NOT NULL, renewing VARCHAR(40), refused TEXT DEFAULT '' NOT NULL, 
	PRIMARY KEY (account)
);
INSERT INTO "tokens" VALUES('acme',1,'base','{"access":"토큰"}','2026-11-23T13:30:00.000000+00:00','2026-11-23T09:30:00.000000+00:00',NULL,'');
CREATE TABLE traces (
	channel VARCHAR(120) NOT NULL, 
	"key" VARCHAR(190) NOT NULL, 
	body TEXT NOT NULL, 
	PRIMARY KEY (channel, "key")
);
INSERT INTO "traces" VALUES('tmall-cn','SBG-001','{"price":["32000 KRW","219.00 CNY"]}');
CREATE TABLE usage (
	name VARCHAR(190) NOT NULL, 
	used BIGINT NOT NULL, 
	until VARCHAR(40) NOT NULL, 
	PRIMARY KEY (name)
);
INSERT INTO "usage" VALUES('app:tmall/1',50,'2026-11-23T21:30:00.000000+00:00');
CREATE INDEX ix_journal_operation ON journal (operation, step);
CREATE INDEX ix_listings_pending ON listings (channel, "key") WHERE (ticket IS NOT NULL OR doubt IS NOT NULL OR (want_shown AND (held OR parked <> '' OR refused <> '' OR NOT made OR want <> have OR want_skus <> have_skus OR have_shown IN ('-', '?'))) OR (NOT want_shown AND ref IS NOT NULL AND have_shown NOT IN ('-', 'x')));
CREATE INDEX ix_listings_shown ON listings (channel, want_shown, have_shown);
CREATE INDEX ix_offers_pending ON offers (channel, "key") WHERE (want_prices <> have_prices OR want_stock <> have_stock);
CREATE INDEX ix_operations_key ON operations (channel, "key", began);
CREATE INDEX ix_operations_running ON operations (channel, state);
CREATE INDEX ix_rates_event ON rates (channel, event, seq);
CREATE INDEX ix_listings_category ON listings (channel, category, "key");
CREATE INDEX ix_offers_key ON offers (channel, "key", sku);
CREATE INDEX ix_listings_remarked ON listings (channel, "key") WHERE issues <> '[]';
CREATE INDEX ix_texts_place ON texts (target_locale, place);
COMMIT;
