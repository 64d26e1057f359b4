-- Views of the tables of dateline ingest, for DuckDB. They go by the manifest: only whole commits are seen.
create or replace macro committed(file) as
    cast(regexp_extract(file, '([0-9]+)\.parquet$', 1) as bigint)
        <= (select "commit" from read_json('$OUT/_dateline/manifest.json'));
create or replace macro part_files(name) as table
    select * from read_parquet(
        '$OUT/' || name || '/date=*/part-*.parquet', hive_partitioning = true, hive_types = {'date': varchar},
        filename = true, union_by_name = true
    ) where committed(filename);

create or replace view articles as select * exclude (filename) from part_files('articles');
create or replace view sentences as select * exclude (filename) from part_files('sentences');
create or replace view mentions as select * exclude (filename) from part_files('mentions');
create or replace view quotes as select * exclude (filename) from part_files('quotes');
create or replace view relations as select * exclude (filename) from part_files('relations');
create or replace view runs as select * exclude (filename) from part_files('runs');

-- The newest version of each article, those that were withdrawn or are withheld aside.
create or replace view current_articles as
    select * from articles a
    where not list_contains(flags, 'withdrawn') and not list_contains(flags, 'withheld')
      and not exists (select 1 from articles b where b.supersedes = a.article_id);
create or replace view current_relations as
    select r.* from relations r join current_articles a using (article_id);

-- An entity has a row for each date and commit that tells of it; here it has one.
create or replace view entities as
    select
        entity_id,
        arg_max(name, n_mentions) as name,
        any_value(type) as type,
        list_distinct(flatten(list(aliases))) as aliases,
        any_value(country) as country,
        any_value(sector) as sector,
        arg_max(role, n_mentions) as role,
        any_value(ticker) as ticker,
        any_value(wikidata_id) as wikidata_id,
        any_value(geonames_id) as geonames_id,
        any_value(lat) as lat,
        any_value(lon) as lon,
        cast(sum(n_mentions) as bigint) as n_mentions,
        cast(sum(n_articles) as bigint) as n_articles,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen
    from part_files('entities') group by entity_id;

-- An event has a row for each commit that tells of it, all in the folder of its own date; here it has one.
create or replace view events as
    select
        event_id,
        nullif(any_value(date), 'unknown') as date,
        any_value(type) as type,
        any_value(source_entity_id) as source_entity_id,
        any_value(source_name) as source_name,
        any_value(target_entity_id) as target_entity_id,
        any_value(target_name) as target_name,
        cast(sum(n_relations) as bigint) as n_relations,
        cast(sum(n_articles) as bigint) as n_articles,
        len(list_distinct(flatten(list(publishers)))) as n_publishers,
        list_distinct(flatten(list(publishers))) as publishers,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        flatten(list(relation_ids)) as relation_ids,
        list_distinct(flatten(list(asserted_by))) as asserted_by,
        list_distinct(flatten(list(confirmed_by))) as confirmed_by,
        list_distinct(flatten(list(denied_by))) as denied_by,
        list_distinct(flatten(list(not_confirmed_by))) as not_confirmed_by
    from part_files('events') group by event_id;
