BEGIN TRANSACTION;
CREATE TABLE account (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	name VARCHAR NOT NULL, 
	api_key VARCHAR NOT NULL, 
	token VARCHAR NOT NULL, 
	user VARCHAR NOT NULL, 
	password VARCHAR NOT NULL, 
	token_alive BOOLEAN NOT NULL, 
	scenario VARCHAR NOT NULL, 
	seed BIGINT NOT NULL, 
	seeded BOOLEAN NOT NULL, 
	generation INTEGER NOT NULL, 
	sequence BIGINT NOT NULL, 
	faults_made INTEGER DEFAULT '0' NOT NULL, 
	made_at BIGINT NOT NULL, 
	used_at BIGINT NOT NULL, 
	start_mode VARCHAR NOT NULL, 
	start_rate FLOAT NOT NULL, 
	start_polls INTEGER NOT NULL, 
	start_now BIGINT, 
	clock_mode VARCHAR NOT NULL, 
	clock_rate FLOAT NOT NULL, 
	clock_polls INTEGER NOT NULL, 
	clock_base BIGINT NOT NULL, 
	clock_anchor BIGINT NOT NULL, 
	start_profile VARCHAR DEFAULT 'realistic' NOT NULL, 
	start_assumed TEXT DEFAULT '{}' NOT NULL, 
	profile VARCHAR DEFAULT 'realistic' NOT NULL, 
	assumed TEXT DEFAULT '{}' NOT NULL, 
	answered BIGINT DEFAULT '0' NOT NULL, 
	revision BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT uq_account_name UNIQUE (name), 
	CONSTRAINT uq_account_api_key UNIQUE (api_key), 
	CONSTRAINT uq_account_token UNIQUE (token), 
	CONSTRAINT uq_account_user UNIQUE (user)
);
INSERT INTO "account" VALUES(1,'demo','demo-api-key','HOSTKEY_TOKEN','demo@example.com','demo-password',1,'demo',7,1,1,13,0,1772366400000000,1772366400000000,'frozen',10.0,1,NULL,'frozen',10.0,1,1893456039545000,1772366400000000,'realistic','{"A-12":"spent","A-17":"one-list","A-19":"newest-first","A-29":"replaces"}','realistic','{"A-12":"spent","A-17":"one-list","A-19":"newest-first","A-29":"replaces","A-33":"number"}',0,6);
INSERT INTO "account" VALUES(2,'second','f59513214eeb993a067d7a27fb9d15db','e73f320c9625491e548fe73c60f6e38b','second@example.com','9a1c2c3edea4b6a472466c837da80a96',1,'one-vm',9,1,1,0,0,1772366400000000,1772366400000000,'frozen',10.0,1,NULL,'frozen',10.0,1,1893456000000000,1772366400000000,'hostile','{"A-17":"one-list","A-19":"newest-first","A-22":"cleared","A-29":"replaces"}','hostile','{"A-17":"one-list","A-19":"newest-first","A-22":"cleared","A-29":"replaces"}',0,0);
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num));
INSERT INTO "alembic_version" VALUES('0006');
CREATE TABLE event (
	account_id INTEGER NOT NULL, 
	number BIGINT NOT NULL, 
	at BIGINT NOT NULL, 
	kind VARCHAR NOT NULL, 
	data TEXT NOT NULL, 
	CONSTRAINT pk_event PRIMARY KEY (account_id, number), 
	CONSTRAINT fk_event_account FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);
INSERT INTO "event" VALUES(1,1,1893456000000000,'conduct','{"profile":"realistic","assume":{"A-12":"spent","A-17":"one-list","A-19":"newest-first","A-29":"replaces","A-33":"number"}}');
INSERT INTO "event" VALUES(1,2,1893456000000000,'task_started','{"task":"ufmp4k2jacfvrca5mafyp1ycnwmkip0o","action":"create_snapshot","vm":12345}');
INSERT INTO "event" VALUES(1,3,1893456039545000,'clock_moved','{"was":"2030-01-01T00:00:00Z","now":"2030-01-01T00:00:39.545000Z"}');
INSERT INTO "event" VALUES(1,4,1893456003740000,'task_stage','{"task":"ufmp4k2jacfvrca5mafyp1ycnwmkip0o","action":"create_snapshot","vm":12345,"stage":"copy disk"}');
INSERT INTO "event" VALUES(1,5,1893456035749000,'task_stage','{"task":"ufmp4k2jacfvrca5mafyp1ycnwmkip0o","action":"create_snapshot","vm":12345,"stage":"upload image"}');
INSERT INTO "event" VALUES(1,6,1893456039545000,'snapshot_made','{"vm":12345,"type":"snapshot","name":"made","status":"available"}');
INSERT INTO "event" VALUES(1,7,1893456039545000,'task_ended','{"task":"ufmp4k2jacfvrca5mafyp1ycnwmkip0o","action":"create_snapshot","vm":12345,"state":"done","error":null}');
INSERT INTO "event" VALUES(1,8,1893456039545000,'task_started','{"task":"4imwv8mp07bw5ta603it1aryq7ina6q2","action":"create_snapshot","vm":12348}');
CREATE TABLE fault (
	account_id INTEGER NOT NULL, 
	id INTEGER NOT NULL, 
	ordered TEXT NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	seen BIGINT NOT NULL, 
	fired BIGINT NOT NULL, 
	window TEXT, 
	CONSTRAINT pk_fault PRIMARY KEY (account_id, id), 
	CONSTRAINT fk_fault_account FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE TABLE request (
	id INTEGER NOT NULL, 
	account_id INTEGER, 
	number BIGINT NOT NULL, 
	at BIGINT, 
	after_event BIGINT DEFAULT '0' NOT NULL, 
	module VARCHAR NOT NULL, 
	action VARCHAR, 
	vm BIGINT, 
	fields TEXT NOT NULL, 
	unread TEXT NOT NULL, 
	status INTEGER NOT NULL, 
	answer TEXT NOT NULL, 
	result VARCHAR NOT NULL, 
	reason VARCHAR, 
	fault VARCHAR, 
	task VARCHAR, 
	duration_us BIGINT NOT NULL, 
	address VARCHAR NOT NULL, 
	user_agent TEXT NOT NULL, 
	request_id VARCHAR, 
	received_at BIGINT, 
	retry_after INTEGER, 
	in_query TEXT, 
	CONSTRAINT pk_request PRIMARY KEY (id), 
	CONSTRAINT fk_request_account FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);
INSERT INTO "request" VALUES(1,1,1,1893456000000000,2,'vm','create_snapshot',12345,'{"action":"create_snapshot","token":"***","id":"12345","name":"made"}','[]',200,'{"result":"OK","module":"vm","action":"create_snapshot","callback":"ufmp4k2jacfvrca5mafyp1ycnwmkip0o"}','ok',NULL,NULL,'ufmp4k2jacfvrca5mafyp1ycnwmkip0o',0,'127.0.0.1','"python-httpx/0.28.1"','64bf535af1000-2',1772366400000000,NULL,'[]');
INSERT INTO "request" VALUES(2,1,2,1893456039545000,7,'eq_callback','check',NULL,'{"action":"check","key":"ufmp4k2jacfvrca5mafyp1ycnwmkip0o"}','[]',200,'{"result":"OK","action":"check","scope":"Snapshot made created","context":{"type":"snapshot","name":"made","action":"create_snapshot","id":12345,"location":"NL"},"debug":"openstack: image ca211e1a-32a6-4bcf-97c6-78df2e58e921 active, 19327352832 bytes","key":"ufmp4k2jacfvrca5mafyp1ycnwmkip0o"}','ok',NULL,NULL,NULL,0,'127.0.0.1','"python-httpx/0.28.1"','64bf535af1000-4',1772366400000000,NULL,'[]');
INSERT INTO "request" VALUES(3,1,3,1893456039545000,8,'vm','create_snapshot',12348,'{"action":"create_snapshot","token":"***","id":"12348","name":"under-way"}','[]',200,'{"result":"OK","module":"vm","action":"create_snapshot","callback":"4imwv8mp07bw5ta603it1aryq7ina6q2"}','ok',NULL,NULL,'4imwv8mp07bw5ta603it1aryq7ina6q2',0,'127.0.0.1','"python-httpx/0.28.1"','64bf535af1000-5',1772366400000000,NULL,'[]');
CREATE TABLE rotation (
	account_id INTEGER NOT NULL, 
	vm_id BIGINT NOT NULL, 
	type VARCHAR NOT NULL, 
	enabled BOOLEAN NOT NULL, 
	excluded TEXT NOT NULL, 
	CONSTRAINT pk_rotation PRIMARY KEY (account_id, vm_id, type), 
	CONSTRAINT fk_rotation_vm FOREIGN KEY(account_id, vm_id) REFERENCES vm (account_id, id) ON DELETE CASCADE
);
INSERT INTO "rotation" VALUES(1,12348,'snapshot',1,'["golden"]');
CREATE TABLE server (
	id INTEGER NOT NULL, 
	alive_at BIGINT NOT NULL, 
	CONSTRAINT pk_server PRIMARY KEY (id)
);
INSERT INTO "server" VALUES(1,1772366400000000);
CREATE TABLE session (
	token VARCHAR NOT NULL, 
	account_id INTEGER NOT NULL, 
	sequence BIGINT NOT NULL, 
	expires_at BIGINT NOT NULL, 
	address VARCHAR, 
	CONSTRAINT pk_session PRIMARY KEY (token), 
	CONSTRAINT fk_session_account FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);
CREATE TABLE snapshot (
	account_id INTEGER NOT NULL, 
	vm_id BIGINT NOT NULL, 
	type VARCHAR NOT NULL, 
	name VARCHAR NOT NULL, 
	sequence BIGINT NOT NULL, 
	image_id VARCHAR NOT NULL, 
	status VARCHAR NOT NULL, 
	size BIGINT NOT NULL, 
	created_at BIGINT NOT NULL, 
	used_mb BIGINT NOT NULL, 
	disk_generation BIGINT NOT NULL, 
	disk_fingerprint VARCHAR NOT NULL, 
	memory_generation BIGINT NOT NULL, 
	memory_fingerprint VARCHAR, 
	CONSTRAINT pk_snapshot PRIMARY KEY (account_id, vm_id, type, name), 
	CONSTRAINT uq_snapshot_account_id_sequence UNIQUE (account_id, sequence), 
	CONSTRAINT fk_snapshot_vm FOREIGN KEY(account_id, vm_id) REFERENCES vm (account_id, id) ON DELETE CASCADE
);
INSERT INTO "snapshot" VALUES(1,12345,'snapshot','fresh-install',1,'5a53cdfa-3f00-466d-9e97-837474ff4783','available',10021240832,1890864000000000,9557,333333,'719e97e2184c9897',333333,NULL);
INSERT INTO "snapshot" VALUES(1,12345,'snapshot','before-release',2,'d9dae494-9975-41af-990c-0f3ee48f5bef','available',16821256192,1893283200000000,11946,666666,'4c3a183fe29a4559',666666,'11fb5ae66d47d5bb');
INSERT INTO "snapshot" VALUES(1,12346,'snapshot','monday',3,'241f41a9-c8c5-4fa0-8f96-4e7c22f1de3e','available',19971178496,1893110400000000,19046,200000,'6f306e43a26eee07',200000,NULL);
INSERT INTO "snapshot" VALUES(1,12346,'snapshot','tuesday',4,'394e2414-4796-4741-9def-e34927fbf137','available',23299358720,1893196800000000,22220,400000,'9c0fc98e6e8aa559',400000,NULL);
INSERT INTO "snapshot" VALUES(1,12346,'snapshot','wednesday',5,'eb91f329-0e7f-48e9-9698-df7c8fac15d5','available',26628587520,1893283200000000,25395,600000,'414d5707a8bf7504',600000,NULL);
INSERT INTO "snapshot" VALUES(1,12346,'snapshot','thursday',6,'ffecead6-72d6-499c-b183-e7b997a4ae96','available',29956767744,1893369600000000,28569,800000,'9acb64eb60e139f4',800000,NULL);
INSERT INTO "snapshot" VALUES(1,12348,'snapshot','golden',7,'fee0a9bd-b464-4fd4-9475-2d36e81951d0','available',12240027648,1890864000000000,11673,200000,'5b1493dcdd743d6f',200000,NULL);
INSERT INTO "snapshot" VALUES(1,12348,'snapshot','nightly-1',8,'6f7f9277-73b8-488b-b0a0-5b8dbd6b4489','available',14280556544,1893196800000000,13619,400000,'186fd882d2fd92c7',400000,NULL);
INSERT INTO "snapshot" VALUES(1,12348,'snapshot','nightly-2',9,'8110f608-dfbb-4458-98c6-e8f67e836541','available',16320036864,1893283200000000,15564,600000,'43f973b0d1d41a9e',600000,NULL);
INSERT INTO "snapshot" VALUES(1,12348,'snapshot','nightly-3',10,'f67f6ca8-3c02-4c7c-951d-17ff9e42877f','available',18360565760,1893369600000000,17510,800000,'1e9b55555588b46e',800000,NULL);
INSERT INTO "snapshot" VALUES(1,12345,'snapshot','made',12,'ca211e1a-32a6-4bcf-97c6-78df2e58e921','available',19327352832,1893456039545000,14336,1000000,'f847aac0898011c6',1000000,'2eea58ad1f889cc5');
CREATE TABLE task (
	"key" VARCHAR NOT NULL, 
	account_id INTEGER NOT NULL, 
	generation INTEGER NOT NULL, 
	vm_id BIGINT NOT NULL, 
	sequence BIGINT NOT NULL, 
	module VARCHAR NOT NULL, 
	action VARCHAR NOT NULL, 
	context TEXT NOT NULL, 
	stages TEXT NOT NULL, 
	created_at BIGINT NOT NULL, 
	due_at BIGINT, 
	state VARCHAR NOT NULL, 
	stage INTEGER DEFAULT '0' NOT NULL, 
	next_at BIGINT, 
	ended_at BIGINT, 
	scope TEXT, 
	debug TEXT, 
	error TEXT, 
	polls INTEGER NOT NULL, 
	spent BOOLEAN NOT NULL, 
	fault VARCHAR, 
	fails_with TEXT, 
	stops_at BIGINT, 
	forgotten BOOLEAN DEFAULT 0 NOT NULL, 
	stale_for BIGINT, 
	CONSTRAINT pk_task PRIMARY KEY ("key"), 
	CONSTRAINT uq_task_account_id_generation_sequence UNIQUE (account_id, generation, sequence), 
	CONSTRAINT fk_task_account FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);
INSERT INTO "task" VALUES('ufmp4k2jacfvrca5mafyp1ycnwmkip0o',1,1,12345,11,'vm','create_snapshot','{"type":"snapshot","name":"made","action":"create_snapshot","id":12345,"location":"NL"}','[["prepare",1893456003740000],["copy disk",1893456035749000],["upload image",1893456039545000]]',1893456000000000,1893456039545000,'done',2,NULL,1893456039545000,'Snapshot made created','openstack: image ca211e1a-32a6-4bcf-97c6-78df2e58e921 active, 19327352832 bytes',NULL,0,1,NULL,NULL,NULL,0,NULL);
INSERT INTO "task" VALUES('4imwv8mp07bw5ta603it1aryq7ina6q2',1,1,12348,13,'vm','create_snapshot','{"type":"snapshot","name":"under-way","action":"create_snapshot","id":12348,"location":"NL"}','[["prepare",1893456043691000],["copy disk",1893456073173000],["upload image",1893456076834000]]',1893456039545000,1893456076834000,'running',0,1893456043691000,NULL,NULL,NULL,NULL,0,0,NULL,NULL,NULL,0,NULL);
CREATE TABLE unlisted (
	account_id INTEGER NOT NULL, 
	vm_id BIGINT NOT NULL, 
	sequence BIGINT NOT NULL, 
	until BIGINT NOT NULL, 
	removed TEXT, 
	CONSTRAINT pk_unlisted PRIMARY KEY (account_id, sequence), 
	CONSTRAINT fk_unlisted_vm FOREIGN KEY(account_id, vm_id) REFERENCES vm (account_id, id) ON DELETE CASCADE
);
CREATE TABLE vm (
	account_id INTEGER NOT NULL, 
	id BIGINT NOT NULL, 
	kind VARCHAR NOT NULL, 
	engine VARCHAR NOT NULL, 
	location VARCHAR NOT NULL, 
	hostname VARCHAR NOT NULL, 
	preset VARCHAR NOT NULL, 
	cpu_count INTEGER NOT NULL, 
	size_gb INTEGER NOT NULL, 
	memory_mb INTEGER NOT NULL, 
	num_max INTEGER NOT NULL, 
	uuid VARCHAR NOT NULL, 
	ip VARCHAR NOT NULL, 
	mac VARCHAR NOT NULL, 
	created_at BIGINT NOT NULL, 
	tags TEXT NOT NULL, 
	power VARCHAR NOT NULL, 
	power_changes TEXT NOT NULL, 
	running_since BIGINT, 
	locked_by VARCHAR, 
	started TEXT NOT NULL, 
	used_mb BIGINT NOT NULL, 
	disk_generation BIGINT NOT NULL, 
	disk_fingerprint VARCHAR NOT NULL, 
	memory_generation BIGINT NOT NULL, 
	memory_fingerprint VARCHAR, 
	CONSTRAINT pk_vm PRIMARY KEY (account_id, id), 
	CONSTRAINT fk_vm_account FOREIGN KEY(account_id) REFERENCES account (id) ON DELETE CASCADE
);
INSERT INTO "vm" VALUES(1,12345,'VPS','openstack','NL','web-1','vm.v2-small',2,40,4096,4,'0a13cdb3-bdc1-49e7-a954-fa42447501ff','203.0.113.154','fa:16:3e:75:ab:b9',1885680000000000,'[["role","web"]]','on','[]',1893456039545000,NULL,'{"create_snapshot":1}',14336,1000000,'f847aac0898011c6',1000000,'2eea58ad1f889cc5');
INSERT INTO "vm" VALUES(1,12346,'VPS','ovirt','NL','db-1','vm.v2-small',2,60,8192,4,'ce231dab-a35c-4957-94af-a4fb4873058b','203.0.113.155','56:6f:1a:a2:6a:44',1885680000000000,'[["role","database"]]','off','[]',NULL,NULL,'{}',31744,1000000,'413b9bd723ae20d7',1000000,NULL);
INSERT INTO "vm" VALUES(1,12347,'VDS','ovirt','NL','storage-1','vm.v2-small',8,240,32768,4,'8eb5460e-dce3-445f-8391-a9e4607b83c9','203.0.113.156','56:6f:1a:46:93:44',1885680000000000,'[]','on','[]',1893456000000000,NULL,'{}',124928,1000000,'6f9350a0fad3dc62',1000000,'6e341095c897ffa2');
INSERT INTO "vm" VALUES(1,12348,'VPS','openstack','NL','build-1','vm.v2-small',2,40,4096,4,'56565fce-86e5-4779-b4cb-e3dfbf6c0cf9','203.0.113.157','fa:16:3e:8b:56:b8',1885680000000000,'[]','off','[]',NULL,'4imwv8mp07bw5ta603it1aryq7ina6q2','{"create_snapshot":1}',19456,1000000,'923cf250d259392a',1000000,NULL);
INSERT INTO "vm" VALUES(2,12345,'VPS','openstack','NL','only-1','vm.v2-small',2,40,4096,4,'47004046-e89d-4cdd-9da3-bade1a6e4ed1','203.0.113.154','fa:16:3e:f7:f4:45',1885680000000000,'[]','on','[]',1893456000000000,NULL,'{}',12288,1000000,'d9124ab060a3c3f9',1000000,'cf8210438c480d84');
CREATE INDEX ix_session_account_id ON session (account_id);
CREATE INDEX ix_task_vm ON task (account_id, generation, vm_id, action);
CREATE INDEX ix_task_next ON task (account_id, generation, next_at, sequence) WHERE next_at IS NOT NULL;
CREATE INDEX ix_request_account ON request (account_id, number);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('account',2);
COMMIT;
