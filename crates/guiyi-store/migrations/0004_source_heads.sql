-- What a run has to know of every source record, without reading the records themselves.
CREATE INDEX source_record_heads ON source_record (entity, system, source_key, digest, version, gid, since);
