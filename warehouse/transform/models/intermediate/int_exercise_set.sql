-- Sets of exercises, each with its episode and its session.
{{ events_of_session("stg_events__exercise_set_recorded", is_set=true) }}
