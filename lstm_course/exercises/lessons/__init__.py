"""The exercises of each lesson; `shared` has mistakes that several of them know, `inputs` their inputs."""
