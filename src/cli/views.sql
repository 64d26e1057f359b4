-- Views of the tables of dateline ingest, for DuckDB. They go by the manifest: only whole commits are seen.
create or replace macro committed(file) as
    cast(regexp_extract(file, '([0-9]+)\.parquet$', 1) as bigint)
        <= (select "commit" from read_json('$OUT/_dateline/manifest.json'));
create or replace macro part_files(name) as table
    select * from read_parquet(
        '$OUT/' || name || '/date=*/part-*.parquet', hive_partitioning = true, hive_types = {'date': varchar},
        filename = true, union_by_name = true
    ) where committed(filename);

-- Each value once, of all lists of a group, in order of the alphabet.
create or replace macro united(lists) as list_sort(list_distinct(flatten(list(lists))));

$VIEWS
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
        united(aliases) as aliases,
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
        len(united(publishers)) as n_publishers,
        united(publishers) as publishers,
        min(first_seen) as first_seen,
        max(last_seen) as last_seen,
        flatten(list(relation_ids)) as relation_ids,
        united(asserted_by) as asserted_by,
        united(confirmed_by) as confirmed_by,
        united(denied_by) as denied_by,
        united(not_confirmed_by) as not_confirmed_by
    from part_files('events') group by event_id;
