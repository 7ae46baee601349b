-- Which session a session id means within an episode: of several that bear it the one begun last.
select patient_key, episode_id, session_id, session_key
from (
    select patient_key, episode_id, session_key, started_at, unnest(session_ids) as session_id
    from {{ ref("int_session") }}
)
qualify row_number() over (
    partition by patient_key, episode_id, session_id order by started_at desc, session_key desc
) = 1
